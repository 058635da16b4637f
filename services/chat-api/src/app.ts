import type Anthropic from '@anthropic-ai/sdk'
import { createApp, parseBody, toProblem, whileClientWaits } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import { withAppContext } from '@genai-otel-kit/telemetry'
import type { Express } from 'express'
import { Chat } from './chat.ts'
import { chatRequest } from './chat-request.ts'
import type { ChatRequest } from './chat-request.ts'
import { Conversations } from './conversations.ts'
import { serverSentEvents } from './server-sent-events.ts'

/**
 * - `POST /chat`: the whole answer at once
 * - `POST /chat/stream`: the same as server-sent events: `delta` {text} for each piece, then `done`, or `error`
 *   {problem} where it breaks off
 *
 * A client that goes away stops the model.
 */
export function createChatApi(anthropic: Anthropic, logger: Logger): Express {
  const chat = new Chat(anthropic, new Conversations())
  return createApp({
    logger,
    routes: (app) => {
      app.post('/chat', async (request, response) => {
        const body = parseBody(chatRequest, request)
        await within('POST /chat', body, () =>
          whileClientWaits(response, async (signal) => {
            const { id, text, model, usage } = await chat.answer(body, signal)
            response.json({
              reply: text,
              response_id: id,
              model,
              usage,
              trace_id: response.getHeader('x-trace-id'),
              conversation_id: body.conversation_id,
            })
          }),
        )
      })

      app.post('/chat/stream', async (request, response) => {
        const body = parseBody(chatRequest, request)
        await within('POST /chat/stream', body, () =>
          whileClientWaits(response, async (signal) => {
            const pieces = await chat.stream(body, signal)
            const send = serverSentEvents(response)
            try {
              let piece = await pieces.next()
              for (; !piece.done; piece = await pieces.next()) send('delta', { text: piece.value })
              const { model, usage, stop_reason } = piece.value
              const trace_id = response.getHeader('x-trace-id')
              send('done', { model, usage, stop_reason, trace_id, conversation_id: body.conversation_id })
            } catch (error) {
              if (signal.aborted) return
              const problem = toProblem(error).toJSON(request.path)
              logger.error({ problem }, 'stream broke off')
              send('error', { problem })
            }
            response.end()
          }),
        )
      })
    },
  })
}

function within<T>(endpoint: string, { feature, user_id, conversation_id }: ChatRequest, run: () => T): T {
  return withAppContext({ feature, endpoint, userId: user_id, conversationId: conversation_id }, run)
}
