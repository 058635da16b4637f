import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import { APIError as OpenAIError } from 'openai'
import { upstreamProblem } from './upstream.ts'

const headers = new Headers({ 'retry-after': '11', 'request-id': 'req_1', 'x-request-id': 'req_2' })
const body = { error: { type: 'some_error', message: 'you wrote: my secret' } }
const anthropic = (status: number) => APIError.generate(status, body, undefined, headers)

test.each([
  [429, 429, '11'],
  [529, 503, '11'],
  [500, 503, '11'],
  [413, 413, undefined],
  [400, 400, undefined],
  [404, 400, undefined],
  [401, 502, undefined],
  [402, 502, undefined],
])('upstream %i is %i', (upstream, status, retryAfter) => {
  const problem = upstreamProblem(anthropic(upstream))
  expect(problem).toMatchObject({ status, retryAfter })
  expect(problem?.toJSON()).toMatchObject({
    upstream: { status: upstream, type: 'some_error', request_id: 'req_1' },
  })
  expect(JSON.stringify(problem)).not.toContain('secret')
})

test('a spend limit is told from a rate limit, and has no Retry-After', () => {
  const limit = {
    error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
  }
  const problem = upstreamProblem(APIError.generate(429, limit, undefined, new Headers()))
  expect(problem).toMatchObject({ status: 429, retryAfter: undefined })
  expect(problem?.toJSON()).toMatchObject({ upstream: { code: 'enforced_spend_limit_reached' } })
})

test('no answer at all', () => {
  expect(upstreamProblem(new APIConnectionTimeoutError())?.status).toBe(504)
  expect(upstreamProblem(new APIConnectionError({ message: 'refused' }))?.status).toBe(503)
})

test("OpenAI's errors", () => {
  const problem = upstreamProblem(OpenAIError.generate(429, body, undefined, headers))
  expect(problem).toMatchObject({ status: 429, retryAfter: '11' })
  expect(problem?.toJSON()).toMatchObject({ upstream: { request_id: 'req_2' } })
})

test('other errors are not for it', () => {
  expect(upstreamProblem(new Error('mine'))).toBeUndefined()
  expect(upstreamProblem({ status: 429 })).toBeUndefined()
})
