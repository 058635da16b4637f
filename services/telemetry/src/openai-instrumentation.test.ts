import { setTimeout as pause } from 'node:timers/promises'
import { SpanStatusCode } from '@opentelemetry/api'
import type { InstrumentationModuleDefinition } from '@opentelemetry/instrumentation'
import OpenAI from 'openai'
import { CompletedOpenAIInstrumentation } from './openai-instrumentation.ts'
import { chatCompletion, fakeApi, rateLimited, serverSentEvent } from './testing/fake-api.ts'
import type { Answer, FakeApi } from './testing/fake-api.ts'
import { recordSpans } from './testing/record-spans.ts'
import { readAll, readFirst } from './testing/streams.ts'

const instrumentation = new CompletedOpenAIInstrumentation()
const spans = recordSpans([instrumentation])
// Jest loads modules itself: what the loader hook does in a service is done by hand. See register.test.ts.
const { patch } = (instrumentation as unknown as { init: () => [InstrumentationModuleDefinition] }).init()[0]
patch?.({ OpenAI })

let api: FakeApi
let openai: OpenAI
beforeAll(async () => {
  api = await fakeApi()
  openai = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: 'test', maxRetries: 0 })
})
afterAll(async () => {
  await api.close()
  await spans.stop()
})

/** The one span of the model call, ended. */
async function taken() {
  await pause(10)
  const taken = spans.take().filter(({ name }) => name === 'chat gpt-5-mini')
  expect(taken).toHaveLength(1)
  return taken[0]
}

const chat = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'canary' }] }
const streamed = { ...chat, stream: true as const, stream_options: { include_usage: true } }
const response = { model: 'gpt-5-mini', input: 'canary', instructions: 'canary' }

const chunk = (content: string) => ({
  id: 'chatcmpl-1',
  model: 'gpt-5-mini-2025-08-07',
  choices: [{ index: 0, delta: { content } }],
})
const { usage } = (chatCompletion as { body: { usage: object } }).body
const usageAttributes = {
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.reasoning.output_tokens': 16,
}
const finishedResponse = {
  id: 'resp_1',
  model: 'gpt-5-mini-2025-08-07',
  output: [{ type: 'message', role: 'assistant', status: 'completed', content: [] }],
  usage: {
    input_tokens: 100,
    output_tokens: 20,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens_details: { reasoning_tokens: 16 },
  },
}

/** Sends one chunk, and then nothing: until it is told to break off, or the client goes. */
const openEnded =
  (breakOff = false): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(serverSentEvent(chunk('hel')))
    if (breakOff) setTimeout(() => response.destroy(), 20)
  }

test('chat: all kinds of tokens', async () => {
  api.next(chatCompletion)
  await openai.chat.completions.create(chat)
  expect((await taken())?.attributes).toMatchObject(usageAttributes)
})

test('streamed chat: tokens, and the time to the first chunk', async () => {
  api.next((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(serverSentEvent(chunk('')))
    setTimeout(() => response.write(serverSentEvent(chunk('hel'))), 100)
    setTimeout(() => {
      for (const event of [chunk('lo'), { choices: [], usage }]) response.write(serverSentEvent(event))
      response.end('data: [DONE]\n\n')
    }, 200)
  })
  let text = ''
  for await (const { choices } of await openai.chat.completions.create(streamed))
    text += choices[0]?.delta.content ?? ''
  expect(text).toBe('hello')
  const { attributes } = (await taken()) ?? {}
  expect(attributes).toMatchObject({ ...usageAttributes, 'gen_ai.request.stream': true })
  expect(attributes?.['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0.09)
  expect(attributes?.['gen_ai.response.time_to_first_chunk']).toBeLessThan(0.19)
})

test('a stream that is left ends its span, without an error', async () => {
  api.next(openEnded())
  await readFirst(await openai.chat.completions.create(streamed))
  expect((await taken())?.status.code).toBe(SpanStatusCode.UNSET)
})

test('a stream that is aborted likewise', async () => {
  api.next(openEnded())
  const stream = await openai.chat.completions.create(streamed)
  await readAll(stream, () => stream.controller.abort())
  expect((await taken())?.status.code).toBe(SpanStatusCode.UNSET)
})

test('a stream that breaks off is an error', async () => {
  api.next(openEnded(true))
  await expect(readAll(await openai.chat.completions.create(streamed))).rejects.toThrow()
  expect(await taken()).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': expect.stringMatching(/^\w+$/) as string },
  })
})

test('responses: tokens, and no content', async () => {
  api.next({ body: finishedResponse })
  await openai.responses.create(response)
  const span = await taken()
  expect(span?.attributes).toMatchObject(usageAttributes)
  expect(JSON.stringify(span?.attributes)).not.toContain('canary')
})

test('streamed responses', async () => {
  const events = [
    { type: 'response.created', response: finishedResponse },
    { type: 'response.output_text.delta', delta: 'hello' },
    { type: 'response.completed', response: finishedResponse },
  ]
  api.next({ events })
  await readAll(await openai.responses.create({ ...response, stream: true }))
  expect((await taken())?.attributes).toMatchObject({
    ...usageAttributes,
    'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
  })
})

const canary: Answer = {
  ...(rateLimited as object),
  status: 400,
  body: { error: { message: 'you wrote: canary', type: 'invalid_request_error', code: null } },
}

test.each([
  ['chat', () => openai.chat.completions.create(chat)],
  ['streamed chat', () => openai.chat.completions.create(streamed)],
  ['responses', () => openai.responses.create(response)],
  ['streamed responses', () => openai.responses.create({ ...response, stream: true })],
])('%s: an error has the type that the API gave, and no message', async (_what, call) => {
  for (const [answer, type] of [
    [rateLimited, 'rate_limit_exceeded'],
    [canary, 'invalid_request_error'],
  ] as const) {
    api.next(answer)
    await expect(call()).rejects.toThrow()
    const span = await taken()
    expect(span).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': type } })
    expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain('canary')
  }
})

test('a call that the application aborts is no error', async () => {
  api.next(() => {})
  const call = openai.chat.completions.create(chat, { signal: AbortSignal.timeout(30) })
  await expect(call).rejects.toThrow()
  const span = await taken()
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
  expect(span?.attributes).not.toHaveProperty(['error.type'])
})
