import { faultSchema } from '../faults.ts'
import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
const fault = (spec: object) => simulator.state.faults.add(faultSchema.parse(spec))

async function ask(
  model = 'gemini-2.5-flash',
  method = 'generateContent',
  key: string | null = 'key-a',
  version = 'v1beta',
) {
  return fetch(`${simulator.url}/${version}/models/${model}:${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== null && { 'x-goog-api-key': key }) },
    body: JSON.stringify({ contents: [{ parts: [{ text: 'Hello' }] }] }),
  })
}

test.each([
  [400, 'INVALID_ARGUMENT', 400],
  [403, 'PERMISSION_DENIED', 403],
  [429, 'RESOURCE_EXHAUSTED', 429],
  [500, 'INTERNAL', 500],
  [503, 'UNAVAILABLE', 503],
  [529, 'UNAVAILABLE', 529],
])('%i is %s', async (status, name, code) => {
  fault({ status })
  const response = await ask()
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code, status: name } })
  expect(await simulator.ledger()).toMatchObject([{ status, error_type: name, usage: null, model: null }])
})

test('a rate limit says when to come again', async () => {
  fault({ status: 429, retry_after: 7 })
  expect(await (await ask()).json()).toMatchObject({
    error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }] },
  })
})

test.each([
  ['a model of others', ask.bind(null, 'gpt-5-mini'), 404, 'NOT_FOUND'],
  ['a method that there is not', ask.bind(null, 'gemini-2.5-flash', 'dance'), 404, 'NOT_FOUND'],
  ['the same of v1', ask.bind(null, 'gemini-2.5-flash', 'dance', 'key-a', 'v1'), 404, 'NOT_FOUND'],
  ['no key', ask.bind(null, 'gemini-2.5-flash', 'generateContent', null), 401, 'UNAUTHENTICATED'],
])('%s', async (_, call, code, status) => {
  const response = await call()
  expect(response.status).toBe(code)
  expect(await response.json()).toMatchObject({ error: { code, status } })
})

test('a request without contents', async () => {
  const response = await fetch(`${simulator.url}/v1beta/models/gemini-2.5-flash:generateContent?key=k`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"contents": []}',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
})

test('in the middle of a stream', async () => {
  fault({ status: 'stream_error', after_tokens: 5 })
  const text = await (await ask('gemini-2.5-flash', 'streamGenerateContent?alt=sse')).text()
  const events = text.split('\n\n').filter((event) => event !== '')
  expect(JSON.parse(events.at(-1)!.replace('data: ', ''))).toMatchObject({ error: { status: 'UNAVAILABLE' } })
  expect(await simulator.ledger()).toMatchObject([
    { error_type: 'UNAVAILABLE', stop_reason: null, usage: { promptTokenCount: 2, candidatesTokenCount: 5 } },
  ])
})
