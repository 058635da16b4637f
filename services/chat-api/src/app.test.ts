import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import { createLogger, listen } from '@genai-otel-kit/service-kit'
import type { ProblemDetails, RunningServer } from '@genai-otel-kit/service-kit'
import { createChatApi } from './app.ts'
import { fakeAnthropic, usage } from './testing/fake-anthropic.ts'
import type { FakeAnthropic } from './testing/fake-anthropic.ts'

const logger = createLogger('chat-api')
logger.level = 'silent'
let model: FakeAnthropic
let running: RunningServer
beforeAll(async () => {
  model = await fakeAnthropic()
  const anthropic = new Anthropic({ apiKey: 'sk-canary', baseURL: model.url, maxRetries: 0 })
  running = await listen(createChatApi(anthropic, logger), { logger, port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await running.stop()
  await model.close()
})

const post = (path: string, body: unknown, signal?: AbortSignal) =>
  fetch(`http://127.0.0.1:${running.port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...(signal && { signal }),
  })

/** The events of a stream, by name and data. */
async function events(response: Response) {
  const blocks = (await response.text()).trim().split('\n\n')
  return blocks.map((block) => {
    const [event, data] = block.split('\n').map((line) => line.replace(/^\w+: /, ''))
    return [event, JSON.parse(data ?? 'null')] as const
  })
}

test('answers, and goes on with the conversation', async () => {
  model.answer('Hello!')
  const first = await post('/chat', { message: 'hi', user_id: 'u-1' })
  expect(first.status).toBe(200)
  const body = (await first.json()) as { conversation_id: string }
  expect(body).toMatchObject({ reply: 'Hello!', model: 'claude-sonnet-5', usage })
  model.answer('Yes.')
  await post('/chat', { message: 'still there?', conversation_id: body.conversation_id })
  expect(model.requests.at(-1)?.messages).toEqual([
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'still there?' },
  ])
})

test('streams the pieces, then what it came to', async () => {
  model.stream('Hel', 'lo!')
  const response = await post('/chat/stream', { message: 'hi', conversation_id: 'c-1' })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await events(response)).toEqual([
    ['delta', { text: 'Hel' }],
    ['delta', { text: 'lo!' }],
    ['done', { model: 'claude-sonnet-5', usage, stop_reason: 'end_turn', conversation_id: 'c-1' }],
  ])
})

test('a stream that breaks off says so', async () => {
  model.next((response) => {
    model.write(response, { type: 'message_start', message: model.message('') })
    model.write(response, {
      type: 'error',
      error: { type: 'overloaded_error', message: 'you wrote: secret' },
    })
    response.end()
  })
  const [last] = await events(await post('/chat/stream', { message: 'hi' }))
  expect(last).toMatchObject(['error', { problem: { status: 503 } }])
  expect(JSON.stringify(last)).not.toContain('secret')
})

test.each(['/chat', '/chat/stream'])('%s: errors of the model API', async (path) => {
  for (const [upstream, status] of [
    [429, 429],
    [529, 503],
    [500, 503],
    [401, 502],
  ] as const) {
    model.fail(upstream, { 'retry-after': '7' })
    const response = await post(path, { message: 'hi' })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch('application/problem+json')
    expect(response.headers.get('retry-after')).toBe(status === 502 ? null : '7')
    expect(await response.text()).not.toMatch(/canary|secret/)
  }
})

test.each([{}, { message: '' }, { message: 'hi', feature: 'made-up' }, { message: 'hi', max_tokens: 0 }])(
  'a bad request: %j',
  async (body) => {
    const response = await post('/chat', body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as ProblemDetails).errors).toHaveLength(1)
  },
)

test.each(['/chat', '/chat/stream'])('%s: a client that leaves stops the model', async (path) => {
  const asked = Promise.withResolvers<ServerResponse>()
  model.next((response) => {
    if (path === '/chat/stream') {
      model.write(response, { type: 'message_start', message: model.message('') })
      model.write(response, {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'a' },
      })
    }
    asked.resolve(response)
  })
  const leave = new AbortController()
  const answer = post(path, { message: 'hi' }, leave.signal).then((response) => response.text())
  const upstream = await asked.promise
  const closed = once(upstream, 'close')
  leave.abort()
  await expect(answer).rejects.toThrow()
  await closed
})
