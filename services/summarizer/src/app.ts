import type Anthropic from '@anthropic-ai/sdk'
import { createApp, parseBody, whileClientWaits } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import { withAppContext } from '@genai-otel-kit/telemetry'
import type { Express } from 'express'
import type OpenAI from 'openai'
import { summarizeWithAnthropic, summarizeWithOpenAI } from './summarize.ts'
import { documentOf, embedRequest, summarizeRequest } from './summarize-request.ts'

/**
 * - `POST /summarize`: a document, or one of the bundled ones by `document_id`, in a paragraph; on Anthropic with
 *   the document in the prompt cache, or on OpenAI
 * - `POST /embed`: how texts embed, without the vectors
 */
export function createSummarizer(anthropic: Anthropic, openai: OpenAI, logger: Logger): Express {
  return createApp({
    logger,
    routes: (app) => {
      app.post('/summarize', async (request, response) => {
        const body = parseBody(summarizeRequest, request)
        const document = documentOf(body)
        const context = { feature: 'summarize', endpoint: 'POST /summarize', userId: body.user_id }
        await withAppContext(context, () =>
          whileClientWaits(response, async (signal) => {
            const summary =
              body.provider === 'openai'
                ? await summarizeWithOpenAI(openai, document, { model: body.model ?? 'gpt-5-mini' }, signal)
                : await summarizeWithAnthropic(
                    anthropic,
                    document,
                    { model: body.model ?? 'claude-haiku-4-5', cache: body.cache ?? '5m' },
                    signal,
                  )
            response.json({ ...summary, trace_id: response.getHeader('x-trace-id') })
          }),
        )
      })

      app.post('/embed', async (request, response) => {
        const { texts, model } = parseBody(embedRequest, request)
        await withAppContext({ feature: 'embed', endpoint: 'POST /embed' }, () =>
          whileClientWaits(response, async (signal) => {
            const result = await openai.embeddings.create(
              { model: model ?? 'text-embedding-3-small', input: texts },
              { signal },
            )
            response.json({
              model: result.model,
              dimensions: result.data[0]?.embedding.length,
              usage: result.usage,
              trace_id: response.getHeader('x-trace-id'),
            })
          }),
        )
      })
    },
  })
}
