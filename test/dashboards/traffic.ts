import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sendAgain, type Recording } from '../agents/again.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Stack } from '../lib/stack.ts'

/**
 * What the stack's other tests leave out, so that every panel has something to show: slow calls, refunds that fail, an
 * hour in the cache, a model without a price, a value that cannot be used, usage from a library that nobody knows.
 */
export async function rareCalls(stack: Stack): Promise<void> {
  const behavior = `${stack.url('llm-simulator')}/behavior`
  const headers = { 'content-type': 'application/json' }
  await fetch(behavior, {
    method: 'PATCH',
    headers,
    // Over the 10 s of the objective, exactly: with the default jitter it would be 7.7 to 14.3 s.
    body: JSON.stringify({ time_to_first_token_seconds: 11, jitter: 0, models: {} }),
  })
  try {
    await stack.post('chat-api', '/chat', { message: 'Hello', user_id: 'user-9', feature: 'search' })
  } finally {
    // Only now: a busy machine may take longer than any pause before the call is at the simulator, which decides then.
    await fetch(behavior, { method: 'DELETE' })
  }
  // Whether an order can be refunded depends on its number.
  await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      stack.postRaw('support-agent', '/support', {
        question: 'Please refund my order, it arrived broken.',
        order_id: `A-${1000 + i}`,
        conversation_id: `refund-${i}`,
        user_id: 'user-8',
      }),
    ),
  )
  // A document that no other test has put into the cache.
  await stack.post('summarizer', '/summarize', { document_id: 'log-07', provider: 'anthropic', cache: '1h' })
  await sendSpans(stack.url('collector'), {
    service: 'hand-made',
    spans: ['not a number', 5].map((input) => ({
      traceId: newTraceId(),
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'nobody',
        'gen_ai.request.model': 'a-model-of-our-own',
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': 1,
      },
    })),
  })
  await sendSpans(stack.url('collector'), {
    service: 'hand-made',
    scope: 'nobody-knows',
    spans: [
      { traceId: newTraceId(), attributes: { model: 'a-model', prompt_tokens: 10, completion_tokens: 1 } },
    ],
  })
  await sendOther(stack.url('collector'))
  await sendAgent(stack.url('collector'))
}

/** A coding agent as it was recorded, which is no service of the demo. */
async function sendAgent(collector: string): Promise<void> {
  const path = join(import.meta.dirname, '..', 'agents', 'fixtures', 'claude-code', 'headless.json')
  await sendAgain(collector, JSON.parse(readFileSync(path, 'utf8')) as Recording, 'claude-code')
}

/** A metric and an event of an application. */
async function sendOther(collector: string): Promise<void> {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'hand-made' } }] }
  const time = String(BigInt(Date.now()) * 1_000_000n)
  const headers = { 'content-type': 'application/json' }
  const send = async (signal: string, body: object) => {
    const { ok, status } = await fetch(`${collector}/v1/${signal}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!ok) throw new Error(`the Collector answered ${status}`)
  }
  const metric = { name: 'orders.open', gauge: { dataPoints: [{ asInt: '1', timeUnixNano: time }] } }
  await send('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] })
  const attributes = [
    { key: 'gen_ai.evaluation.name', value: { stringValue: 'helpfulness' } },
    { key: 'gen_ai.evaluation.score.value', value: { doubleValue: 0.8 } },
    { key: 'gen_ai.evaluation.score.label', value: { stringValue: 'pass' } },
  ]
  const event = { eventName: 'gen_ai.evaluation.result', timeUnixNano: time, attributes }
  await send('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [event] }] }] })
}
