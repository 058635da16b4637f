import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { attribute, exportSpans } from './otlp.ts'

/** What chat-api answers, as far as it matters here. */
const answerSchema = z.object({
  response_id: z.string(),
  model: z.string(),
  usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }),
})

/**
 * The span that OpenLLMetry's instrumentation in chat-api would have sent for a call that the SDK reports itself: the
 * same answer, model and tokens, from another scope, and in a trace of its own, as where no span is above the call. That is
 * how calls come to be counted twice.
 *
 * @param answer the body of a `POST /chat`
 * @throws where the answer is none of that form, or the receiver does not take the span
 */
export async function sendSecondSpan(endpoint: string, environment: string, answer: string): Promise<void> {
  const { response_id, model, usage } = answerSchema.parse(JSON.parse(answer))
  const now = BigInt(Date.now()) * 1_000_000n
  await exportSpans(endpoint, {
    service: 'chat-api',
    environment,
    scope: 'opentelemetry.instrumentation.anthropic',
    span: {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name: 'anthropic.chat',
      kind: 3, // CLIENT
      startTimeUnixNano: String(now - 500_000_000n),
      endTimeUnixNano: String(now),
      attributes: [
        attribute('gen_ai.system', 'anthropic'),
        attribute('gen_ai.operation.name', 'chat'),
        attribute('gen_ai.request.model', model),
        attribute('gen_ai.response.model', model),
        attribute('gen_ai.response.id', response_id),
        attribute('gen_ai.usage.input_tokens', usage.input_tokens),
        attribute('gen_ai.usage.output_tokens', usage.output_tokens),
      ],
    },
  })
}
