import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import { faultSchema } from '../faults.ts'
import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
const hello = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'Hello' }] }
const fault = (spec: object) => simulator.state.faults.add(faultSchema.parse(spec))
const failure = async (run: PromiseLike<unknown>): Promise<APIError> => {
  const error: unknown = await Promise.resolve(run).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

test.each([
  [400, 'invalid_request_error', null, BadRequestError],
  [401, 'invalid_request_error', 'invalid_api_key', AuthenticationError],
  [402, 'insufficient_quota', 'insufficient_quota', APIError],
  [403, 'invalid_request_error', null, PermissionDeniedError],
  [404, 'invalid_request_error', 'model_not_found', NotFoundError],
  [413, 'invalid_request_error', null, APIError],
  [429, 'requests', 'rate_limit_exceeded', RateLimitError],
  [500, 'server_error', null, InternalServerError],
  [503, 'server_error', null, InternalServerError],
])('%i is a %s', async (status, type, code, errorClass) => {
  fault({ status })
  const error = await failure(simulator.openai().chat.completions.create(hello))
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ status, type, code })
  expect(await simulator.ledger()).toMatchObject([
    { status, error_type: type, usage: null, request_id: error.requestID },
  ])
})

test('no key, an unknown model, a missing field', async () => {
  const client = simulator.openai()
  expect(
    await failure(client.chat.completions.create({ ...hello, model: 'claude-haiku-4-5' })),
  ).toMatchObject({
    status: 404,
    code: 'model_not_found',
  })
  expect(await failure(client.chat.completions.create({ ...hello, messages: [] }))).toMatchObject({
    status: 400,
    param: 'messages',
  })
  const response = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(hello),
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(401)
  expect(await failure(client.models.list())).toMatchObject({ status: 404 })
})

test('a 429 is retried when its retry-after is over', async () => {
  fault({ status: 429, retry_after: 0.1 })
  const start = performance.now()
  await simulator.openai({ maxRetries: 1 }).chat.completions.create(hello)
  expect(performance.now() - start).toBeGreaterThan(95)
  expect((await simulator.ledger()).map((entry) => [entry.status, entry.retry_count])).toEqual([
    [429, 0],
    [200, 1],
  ])
})

test('a used-up quota is not retried', async () => {
  fault({ status: 429, type: 'insufficient_quota', times: 5 })
  const error = await failure(simulator.openai({ maxRetries: 2 }).chat.completions.create(hello))
  expect(error).toMatchObject({ status: 429, code: 'insufficient_quota' })
  expect(await simulator.ledger()).toHaveLength(1)
})

test('a reset connection', async () => {
  fault({ status: 'connection_reset' })
  const input = { model: 'text-embedding-3-small', input: 'hi' }
  expect(await failure(simulator.openai().embeddings.create(input))).toBeInstanceOf(APIConnectionError)
})

describe('in the middle of a stream', () => {
  const drain = async (stream: AsyncIterable<unknown>) => {
    const events: unknown[] = []
    for await (const event of stream) events.push(event)
  }

  test.each(['chat', 'responses'] as const)('%s: an error', async (api) => {
    fault({ status: 'stream_error' })
    const client = simulator.openai()
    const stream =
      api === 'chat'
        ? await client.chat.completions.create({ ...hello, stream: true })
        : await client.responses.create({ model: 'gpt-5-mini', input: 'Hello', stream: true })
    const error = await failure(drain(stream))
    expect(error).toMatchObject({ type: 'server_error' })
    expect(await simulator.ledger()).toMatchObject([{ status: 200, error_type: 'server_error' }])
  })

  test('a cut', async () => {
    fault({ status: 'stream_cut' })
    const params = { ...hello, stream: true as const, stream_options: { include_usage: true } }
    await expect(drain(await simulator.openai().chat.completions.create(params))).rejects.toThrow()
    expect(await simulator.ledger()).toMatchObject([
      { error_type: 'stream_cut', usage: { prompt_tokens: 8, completion_tokens: 10 }, usage_sent: null },
    ])
  })

  test('a client that leaves', async () => {
    simulator.state.behavior.patch({ tokens_per_second: 100, output_tokens: 1000 })
    const stream = await simulator.openai().chat.completions.create({ ...hello, stream: true })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    const [entry] = await simulator.ledger()
    expect(entry).toMatchObject({ aborted: true, usage_sent: null, stop_reason: null })
    expect((entry?.usage as { completion_tokens: number }).completion_tokens).toBeLessThan(100)
  })
})
