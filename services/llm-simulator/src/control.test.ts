import { useSimulator } from './test-support.ts'

const simulator = useSimulator()

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(simulator.url + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  }
}
const hello = {
  model: 'claude-sonnet-5',
  max_tokens: 5,
  messages: [{ role: 'user' as const, content: 'Hello' }],
}

test('healthz', async () => {
  expect(await call('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
})

test('behavior: change a part, see all, go back', async () => {
  const patch = { output_tokens: 3, models: { 'gpt-5': { jitter: 0.5 } }, clock_offset_seconds: 10 }
  expect(await call('PATCH', '/behavior', patch)).toMatchObject({ status: 200, body: patch })
  expect(await call('GET', '/behavior')).toMatchObject({ status: 200, body: { ...patch, jitter: 0 } })
  expect((await simulator.anthropic().messages.create(hello)).usage.output_tokens).toBe(3)
  expect(await call('DELETE', '/behavior')).toMatchObject({
    body: { output_tokens: 120, clock_offset_seconds: 0, jitter: 0.3 },
  })
  expect((await call('GET', '/behavior')).body?.models).not.toHaveProperty('gpt-5')
})

test('what is not valid is a problem and changes nothing', async () => {
  expect(await call('PATCH', '/behavior', { output_tokens: -1, typo: 1 })).toMatchObject({
    status: 400,
    body: { title: 'Invalid Request', errors: [{ pointer: '#/output_tokens' }, { pointer: '#' }] },
  })
  expect(await call('POST', '/faults', { status: 200 })).toMatchObject({ status: 400 })
  expect(await call('GET', '/ledger?since=x')).toMatchObject({ status: 400 })
  expect(await call('GET', '/nowhere')).toMatchObject({ status: 404, body: { instance: '/nowhere' } })
  expect((await call('GET', '/behavior')).body?.output_tokens).toBe(20)
})

test('faults: set, seen, hit, cleared', async () => {
  expect(await call('POST', '/faults', { status: 529, times: 2 })).toMatchObject({
    status: 201,
    body: { hits: 0 },
  })
  await expect(simulator.anthropic().messages.create(hello)).rejects.toMatchObject({ status: 529 })
  expect((await call('GET', '/faults')).body).toMatchObject({ faults: [{ status: 529, times: 2, hits: 1 }] })
  expect(await call('DELETE', '/faults')).toEqual({ status: 204, body: undefined })
  await simulator.anthropic().messages.create(hello)
})

test('a setup takes the place of all that was set before, or of nothing', async () => {
  expect(await call('GET', '/setup')).toMatchObject({ body: { name: null } })
  await call('PATCH', '/behavior', { jitter: 0.5 })
  await call('POST', '/faults', { status: 529, times: 9 })
  const setup = {
    name: 'slow',
    behavior: { output_tokens: 3, models: { 'claude-sonnet': { output_tokens: 7, jitter: 0 } } },
    faults: [{ status: 429, probability: 1, match: { provider: 'openai' } }],
  }
  expect(await call('PUT', '/setup', setup)).toEqual({ status: 200, body: { name: 'slow' } })
  expect((await call('GET', '/faults')).body).toMatchObject({ faults: [{ status: 429 }] })
  expect((await call('GET', '/behavior')).body).toMatchObject({ output_tokens: 3, jitter: 0.3 })
  expect(
    (await simulator.anthropic().messages.create({ ...hello, max_tokens: 50 })).usage.output_tokens,
  ).toBe(7)

  const broken = { name: 'broken', faults: [{ status: 200 }] }
  expect(await call('PUT', '/setup', broken)).toMatchObject({ status: 400 })
  expect(await call('GET', '/setup')).toMatchObject({ body: { name: 'slow' } })

  await call('PUT', '/setup', { name: 'baseline' })
  expect((await call('GET', '/faults')).body).toEqual({ faults: [] })
  expect((await call('GET', '/behavior')).body).toMatchObject({ output_tokens: 120 })
  expect((await call('GET', '/behavior')).body?.models).not.toHaveProperty('claude-sonnet')
})

test('ledger: all, since, cleared; a traceparent is kept', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const client = simulator.anthropic({ defaultHeaders: { traceparent } })
  await client.messages.create(hello)
  const { body } = await call('GET', '/ledger')
  expect(body).toMatchObject({ entries: [{ traceparent }], dropped: 0, in_flight: 0 })
  await client.messages.create(hello)
  const since = await call('GET', `/ledger?since=${String(body?.last_id)}`)
  expect(since.body?.entries).toHaveLength(1)
  expect(await call('DELETE', '/ledger')).toMatchObject({ status: 204 })
  expect((await call('GET', '/ledger')).body).toMatchObject({ entries: [], last_id: since.body?.last_id })
})

test('time that is taken back takes what was cached with it', async () => {
  const system = [
    { type: 'text' as const, text: 'x'.repeat(8000), cache_control: { type: 'ephemeral' as const } },
  ]
  const read = async () => (await simulator.anthropic().messages.create({ ...hello, system })).usage
  await call('PATCH', '/behavior', { clock_offset_seconds: 1000 })
  await read()
  expect(await read()).toMatchObject({ cache_read_input_tokens: 2000 })
  await call('DELETE', '/behavior')
  expect(await read()).toMatchObject({ cache_read_input_tokens: 0 })
})
