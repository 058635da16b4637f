import { randomUUID } from 'node:crypto'
import type Anthropic from '@anthropic-ai/sdk'
import { createApp, parseBody, whileClientWaits } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import { withAppContext } from '@genai-otel-kit/telemetry'
import type { Express } from 'express'
import { z } from 'zod'
import type { OrdersClient } from './orders-client.ts'
import { answerQuestion } from './support-agent.ts'

const supportRequest = z.strictObject({
  question: z.string().min(1).max(8000),
  order_id: z
    .string()
    .regex(/^[\w-]{1,32}$/)
    .optional(),
  conversation_id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .default(() => randomUUID()),
  user_id: z.string().min(1).max(128).optional(),
  model: z
    .string()
    .regex(/^[\w.:-]{1,100}$/)
    .default('claude-opus-4-8'),
})

/** `POST /support`: an agent answers a customer, looking orders up and refunding them where it has to. */
export function createSupportAgent(anthropic: Anthropic, orders: OrdersClient, logger: Logger): Express {
  return createApp({
    logger,
    routes: (app) => {
      app.post('/support', async (request, response) => {
        const body = parseBody(supportRequest, request)
        const context = {
          feature: 'support',
          endpoint: 'POST /support',
          agentName: 'support-agent',
          userId: body.user_id,
          conversationId: body.conversation_id,
        }
        await withAppContext(context, () =>
          whileClientWaits(response, async (signal) => {
            const answer = await answerQuestion(anthropic, orders, body, signal)
            response.json({
              ...answer,
              trace_id: response.getHeader('x-trace-id'),
              conversation_id: body.conversation_id,
            })
          }),
        )
      })
    },
  })
}
