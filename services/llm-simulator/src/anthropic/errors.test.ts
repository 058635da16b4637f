import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PaymentRequiredError,
  PermissionDeniedError,
  RateLimitError,
} from '@anthropic-ai/sdk'
import { faultSchema } from '../faults.ts'
import { useSimulator } from '../test-support.ts'

const simulator = useSimulator({ bodyLimit: 10_000 })
const hello = {
  model: 'claude-sonnet-5',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'Hello' }],
}
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
  [400, 'invalid_request_error', BadRequestError],
  [401, 'authentication_error', AuthenticationError],
  [402, 'billing_error', PaymentRequiredError],
  [403, 'permission_error', PermissionDeniedError],
  [404, 'not_found_error', NotFoundError],
  [413, 'request_too_large', APIError],
  [429, 'rate_limit_error', RateLimitError],
  [500, 'api_error', InternalServerError],
  [529, 'overloaded_error', InternalServerError],
])('%i is a %s', async (status, type, errorClass) => {
  fault({ status })
  const error = await failure(simulator.anthropic().messages.create(hello))
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ status, type })
  expect(error.error).toEqual({
    type: 'error',
    error: { type, message: expect.any(String) as string },
    request_id: error.requestID,
  })
  expect(await simulator.ledger()).toMatchObject([
    { status, error_type: type, usage: null, request_id: error.requestID, request_model: 'claude-sonnet-5' },
  ])
})

describe('what needs no fault', () => {
  const any: unknown = expect.any(String)
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        'x-api-key': 'k',
        ...headers,
      },
    })
  const errorOf = async (response: Response) => {
    const { error } = (await response.json()) as { error: { type: string; message: string } }
    return [response.status, error.type, error.message]
  }

  test('no key', async () => {
    expect(await errorOf(await post(JSON.stringify(hello), { 'x-api-key': '' }))).toEqual([
      401,
      'authentication_error',
      'invalid x-api-key',
    ])
  })

  test('an unknown model', async () => {
    const error = await failure(simulator.anthropic().messages.create({ ...hello, model: 'gpt-5' }))
    expect(error).toMatchObject({ status: 404, apiMessage: 'model: gpt-5' })
  })

  test('a missing field', async () => {
    expect(await errorOf(await post(JSON.stringify({ ...hello, max_tokens: undefined })))).toEqual([
      400,
      'invalid_request_error',
      'max_tokens: Field required',
    ])
  })

  test('no JSON, too much of it, an unknown path', async () => {
    expect(await errorOf(await post('{'))).toEqual([400, 'invalid_request_error', any])
    expect(await errorOf(await post(JSON.stringify('x'.repeat(20_000))))).toEqual([
      413,
      'request_too_large',
      any,
    ])
    const response = await fetch(`${simulator.url}/v1/nowhere`, {
      headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'k' },
    })
    expect(await errorOf(response)).toEqual([404, 'not_found_error', any])
    expect((await simulator.ledger()).map(({ status, endpoint }) => [status, endpoint])).toEqual([
      [400, '/v1/messages'],
      [413, '/v1/messages'],
      [404, '/v1/nowhere'],
    ])
  })
})

describe('retries', () => {
  test.each([429, 529])('%i is retried when its retry-after is over', async (status) => {
    fault({ status, times: 2, retry_after: 0.1 })
    const start = performance.now()
    await simulator.anthropic({ maxRetries: 2 }).messages.create(hello)
    expect(performance.now() - start).toBeGreaterThan(195)
    expect((await simulator.ledger()).map((entry) => [entry.status, entry.retry_count])).toEqual([
      [status, 0],
      [status, 1],
      [200, 2],
    ])
  })

  test('a 429 says when to come back unless told not to', async () => {
    fault({ status: 429 })
    const error = await failure(simulator.anthropic().messages.create(hello))
    expect(error.headers?.get('retry-after')).toBe('1')
    fault({ status: 429, retry_after: null })
    const silent = await failure(simulator.anthropic().messages.create(hello))
    expect(silent.headers?.get('retry-after')).toBeNull()
  })

  test('a spend limit is not retried', async () => {
    fault({ status: 429, error_code: 'enforced_spend_limit_reached', times: 5 })
    const error = await failure(simulator.anthropic({ maxRetries: 2 }).messages.create(hello))
    expect(error).toMatchObject({ status: 429, errorCode: 'enforced_spend_limit_reached' })
    expect(error.headers?.get('retry-after')).toBeNull()
    expect(await simulator.ledger()).toHaveLength(1)
  })

  test('a reset connection is retried', async () => {
    fault({ status: 'connection_reset' })
    await simulator.anthropic({ maxRetries: 1 }).messages.create(hello)
    expect(await simulator.ledger()).toMatchObject([
      { status: null, error_type: 'connection_reset', usage: null, aborted: false },
      { status: 200, retry_count: 1 },
    ])
  })
})

describe('in the middle of an answer', () => {
  test('a cut stream', async () => {
    fault({ status: 'stream_cut', after_tokens: 10 })
    const stream = await simulator.anthropic().messages.create({ ...hello, stream: true })
    let deltas = 0
    await expect(
      (async () => {
        for await (const event of stream) if (event.type === 'content_block_delta') deltas++
      })(),
    ).rejects.toThrow()
    expect(deltas).toBe(2)
    expect(await simulator.ledger()).toMatchObject([
      {
        status: 200,
        error_type: 'stream_cut',
        aborted: false,
        stop_reason: null,
        usage: { input_tokens: 9, output_tokens: 10 },
        usage_sent: { output_tokens: 1 },
      },
    ])
  })

  test('a cut answer', async () => {
    fault({ status: 'stream_cut' })
    await expect(simulator.anthropic().messages.create(hello)).rejects.toThrow()
    expect(await simulator.ledger()).toMatchObject([
      { error_type: 'stream_cut', usage: { output_tokens: 10 } },
    ])
  })

  test('an error event', async () => {
    fault({ status: 'stream_error' })
    await simulator.anthropic().messages.create(hello)
    const error = await failure(simulator.anthropic().messages.stream(hello).finalMessage())
    expect(error.type).toBe('overloaded_error')
    const [, entry] = await simulator.ledger()
    expect(entry).toMatchObject({ status: 200, error_type: 'overloaded_error', usage: { output_tokens: 10 } })
  })
})

describe('a client that leaves', () => {
  beforeEach(() => simulator.state.behavior.patch({ tokens_per_second: 100, output_tokens: 1000 }))
  const long = { ...hello, max_tokens: 1000 }

  test('a stream stops, what was generated is billed', async () => {
    const stream = await simulator.anthropic().messages.create({ ...long, stream: true })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    const [entry] = await simulator.ledger()
    expect(entry).toMatchObject({ status: 200, aborted: true, stop_reason: null, error_type: null })
    expect(entry?.usage_sent).toMatchObject({ input_tokens: 9, output_tokens: 1 })
    const { output_tokens } = entry?.usage as { output_tokens: number }
    expect(output_tokens).toBeGreaterThanOrEqual(5)
    expect(output_tokens).toBeLessThan(100)
  })

  test('so does a whole answer', async () => {
    const error = await failure(simulator.anthropic().messages.create(long, { timeout: 100 }))
    expect(error.message).toBe('Request timed out.')
    const [entry] = await simulator.ledger()
    expect(entry).toMatchObject({ status: null, aborted: true, usage_sent: null })
    expect((entry?.usage as { output_tokens: number }).output_tokens).toBeLessThan(100)
  })
})

test('slow: only later', async () => {
  fault({ status: 'slow', delay_seconds: 0.2 })
  const start = performance.now()
  await simulator.anthropic().messages.create(hello)
  expect(performance.now() - start).toBeGreaterThan(195)
})

test('the pace is as set', async () => {
  simulator.state.behavior.patch({
    latency_seconds: 0.1,
    time_to_first_token_seconds: 0.1,
    tokens_per_second: 100,
    output_tokens: 30,
  })
  const start = performance.now()
  const since = () => performance.now() - start
  const stream = await simulator.anthropic().messages.create({ ...hello, stream: true })
  expect(since()).toBeGreaterThan(95)
  let first = 0
  for await (const event of stream) if (event.type === 'content_block_delta') first ||= since()
  expect(first).toBeGreaterThan(195)
  expect(since()).toBeGreaterThan(495)
  expect(since()).toBeLessThan(1500)
})
