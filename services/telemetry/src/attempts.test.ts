import { setTimeout as pause } from 'node:timers/promises'
import Anthropic from '@anthropic-ai/sdk'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { AttemptObserver } from './attempts.ts'
import { fakeApi, message, rateLimited, serverSentEvent } from './testing/fake-api.ts'
import type { FakeApi } from './testing/fake-api.ts'
import { recordSpans } from './testing/record-spans.ts'
import { readFirst } from './testing/streams.ts'

const observer = new AttemptObserver()
const spans = recordSpans([new UndiciInstrumentation(observer.hooks)])
let api: FakeApi
let anthropic: Anthropic
beforeAll(async () => {
  api = await fakeApi()
  anthropic = new Anthropic({ baseURL: api.url, apiKey: 'test', openTelemetry: { propagation: false } })
})
afterAll(async () => {
  observer.stop()
  await api.close()
  await spans.stop()
})

const prompt = {
  model: 'claude-haiku-4-5',
  max_tokens: 10,
  messages: [{ role: 'user' as const, content: 'hi' }],
}

/** The attempts, in order, and the model call they belong to. */
function take() {
  const taken = spans.take()
  const call = taken.find(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat') as ReadableSpan
  const attempts = taken.filter((span) => span !== call)
  for (const { parentSpanContext } of attempts) {
    expect(parentSpanContext?.spanId).toBe(call.spanContext().spanId)
  }
  return { call, attempts }
}

test('a call that was retried shows each attempt', async () => {
  api.next(rateLimited, rateLimited, message)
  await anthropic.messages.create(prompt)
  const { call, attempts } = take()
  const common = {
    'genai.attempt.operation': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-haiku-4-5',
    'url.full': `${api.url}/v1/messages`,
    'genai.http.first_byte.duration': expect.any(Number) as number,
  }
  const failed = { ...common, 'http.response.status_code': 429, 'error.type': '429' }
  expect(attempts.map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining(failed),
    expect.objectContaining({ ...failed, 'http.request.resend_count': 1 }),
    expect.objectContaining({ ...common, 'http.response.status_code': 200, 'http.request.resend_count': 2 }),
  ])
  expect(attempts[0]?.attributes).not.toHaveProperty(['http.request.resend_count'])
  expect(attempts[2]?.attributes).not.toHaveProperty(['error.type'])
  for (const { kind, attributes } of attempts) {
    expect(kind).toBe(SpanKind.CLIENT)
    expect(attributes).not.toHaveProperty(['gen_ai.operation.name'])
  }
  expect(call.attributes).toMatchObject({ 'http.request.resend_count': 2 })
})

test('an attempt that the SDK gave up waiting for is an error', async () => {
  api.next(() => {}, message)
  await anthropic.messages.create(prompt, { timeout: 500, maxRetries: 1 })
  const [first, second] = take().attempts
  expect(first?.attributes).toMatchObject({ 'error.type': 'AbortError' })
  expect(first?.attributes).not.toHaveProperty(['http.response.status_code'])
  expect(second?.attributes).toMatchObject({ 'http.response.status_code': 200 })
})

test('a server that cannot be reached', async () => {
  const gone = await fakeApi()
  await gone.close()
  await expect(
    anthropic.withOptions({ baseURL: gone.url }).messages.create(prompt, { maxRetries: 0 }),
  ).rejects.toThrow()
  expect(take().attempts[0]).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': 'ECONNREFUSED' },
  })
})

test('a stream that the application leaves is no error, and ends', async () => {
  api.next((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const { body } = message as { body: object }
    response.write(serverSentEvent({ type: 'message_start', message: body }))
  })
  await readFirst(await anthropic.messages.create({ ...prompt, stream: true }))
  await pause(20)
  const { call, attempts } = take()
  expect(attempts).toHaveLength(1)
  expect(attempts[0]?.attributes).toMatchObject({ 'http.response.status_code': 200 })
  for (const span of [call, ...attempts]) {
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
    expect(span.attributes).not.toHaveProperty(['error.type'])
  }
})

test('other requests are no attempts, and no query is recorded', async () => {
  api.next({ body: {} }, { body: { input_tokens: 3 } })
  await trace.getTracer('test').startActiveSpan('tool', async (span) => {
    await (await fetch(`${api.url}/orders/7?key=secret`)).text()
    await anthropic.messages.countTokens({ model: prompt.model, messages: prompt.messages })
    span.end()
  })
  const requests = spans.take().filter(({ attributes }) => attributes['url.full'])
  expect(JSON.stringify(requests.map(({ attributes }) => attributes))).not.toMatch(/secret|genai\./)
  expect(requests.map(({ attributes }) => attributes['url.full'])).toContain(`${api.url}/orders/7`)
})
