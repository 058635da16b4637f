import Anthropic from '@anthropic-ai/sdk'
import { createSimulator } from '@genai-otel-kit/llm-simulator'
import type { Simulator } from '@genai-otel-kit/llm-simulator'
import { createLogger, listen } from '@genai-otel-kit/service-kit'
import type { ProblemDetails, RunningServer } from '@genai-otel-kit/service-kit'
import OpenAI from 'openai'
import { createSummarizer } from './app.ts'

const logger = createLogger('summarizer')
logger.level = 'silent'
let simulator: Simulator
let running: RunningServer

beforeAll(async () => {
  simulator = await createSimulator()
  await send('PATCH', `${simulator.url}/behavior`, { output_tokens: 10 })
  const options = { apiKey: 'sk-canary', maxRetries: 0 }
  const anthropic = new Anthropic({ ...options, baseURL: simulator.url })
  const openai = new OpenAI({ ...options, baseURL: `${simulator.url}/v1` })
  running = await listen(createSummarizer(anthropic, openai, logger), { logger, port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await running.stop()
  await simulator.close()
})

const send = (method: string, url: string, body: unknown) =>
  fetch(url, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const post = (path: string, body: unknown) => send('POST', `http://127.0.0.1:${running.port}${path}`, body)

async function summarize(body: unknown) {
  const response = await post('/summarize', body)
  expect(response.status).toBe(200)
  return (await response.json()) as { summary: string; model: string; usage: Anthropic.Usage }
}

test.each(['5m', '1h'] as const)('a document is written to the %s cache once, then read', async (cache) => {
  const document_id = cache === '5m' ? 'log-01' : 'log-02'
  const first = await summarize({ document_id, cache })
  expect(first.summary).not.toBe('')
  const { cache_creation, cache_creation_input_tokens, cache_read_input_tokens } = first.usage
  expect(cache_read_input_tokens).toBe(0)
  expect(cache_creation_input_tokens).toBeGreaterThan(4096)
  expect(cache_creation?.[`ephemeral_${cache}_input_tokens`]).toBe(cache_creation_input_tokens)
  const second = await summarize({ document_id, cache })
  expect(second.usage).toMatchObject({
    cache_read_input_tokens: cache_creation_input_tokens,
    cache_creation_input_tokens: 0,
  })
})

test('nothing is cached when not asked to', async () => {
  const { usage } = await summarize({ document_id: 'log-03', cache: 'none' })
  expect(usage).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 0 })
})

test('the same task on OpenAI', async () => {
  const body = await summarize({ document: 'A short one.', provider: 'openai' })
  expect(body.model).toMatch(/^gpt-5-mini/)
  expect(body.usage).toMatchObject({ prompt_tokens: expect.any(Number) as number })
})

test('embeds', async () => {
  const response = await post('/embed', { texts: ['one', 'two'] })
  expect(await response.json()).toMatchObject({
    model: 'text-embedding-3-small',
    dimensions: 1536,
    usage: { prompt_tokens: expect.any(Number) as number },
  })
})

test.each([
  [{}, 1],
  [{ document: 'a', document_id: 'log-01' }, 1],
  [{ document: 'a', provider: 'openai', cache: '5m' }, 1],
  [{ document: 'a', provider: 'other' }, 1],
])('a bad request: %j', async (body, errors) => {
  const response = await post('/summarize', body)
  expect(response.status).toBe(400)
  expect(((await response.json()) as ProblemDetails).errors).toHaveLength(errors)
})

test('there is no such document, or no such path', async () => {
  expect((await post('/summarize', { document_id: 'log-99' })).status).toBe(404)
  expect((await post('/embed', { texts: [] })).status).toBe(400)
  expect((await post('/other', {})).status).toBe(404)
})

test.each([
  ['anthropic', { document: 'a' }, '/summarize'],
  ['openai', { document: 'a', provider: 'openai' }, '/summarize'],
  ['openai', { texts: ['a'] }, '/embed'],
])('errors of %s, %j', async (provider, body, path) => {
  for (const [upstream, status] of [
    [429, 429],
    [500, 503],
    [401, 502],
  ]) {
    await send('POST', `${simulator.url}/faults`, {
      match: { provider },
      times: 1,
      status: upstream,
      retry_after: 7,
    })
    const response = await post(path, body)
    expect(response.status).toBe(status)
    if (status === 429) expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.text()).not.toContain('canary')
  }
})
