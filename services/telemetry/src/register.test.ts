import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { chatCompletion, fakeApi, message, rateLimited } from './testing/fake-api.ts'

/** The parts of an OTLP/JSON export that the test looks at. */
interface ExportedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: Record<string, unknown> }[]
}
interface Export {
  resourceSpans: { scopeSpans: { scope: { name: string }; spans: ExportedSpan[] }[] }[]
}

/** An OTLP/HTTP receiver that keeps what it is sent. */
async function receiver() {
  const exports: Export[] = []
  const server = createServer(async (request, response) => {
    exports.push(JSON.parse(await text(request)) as Export)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, exports, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Starts the app of testing/app.ts with tracing, in a process of its own as the loader hook needs it. */
async function start(env: Record<string, string>) {
  const args = ['--import', `${import.meta.dirname}/register.ts`, `${import.meta.dirname}/testing/app.ts`]
  const { PATH } = process.env
  const child = spawn(process.execPath, args, { env: { PATH, OTEL_SERVICE_NAME: 'asker', ...env } })
  const stderr = text(child.stderr)
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return {
    url: `http://127.0.0.1:${port.trim()}`,
    /** @returns what it wrote to stderr */
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      expect(code).toBe(0)
      return stderr
    },
  }
}

test('a service with nothing but --import is traced whole', async () => {
  const [otlp, api, other] = await Promise.all([receiver(), fakeApi(), fakeApi()])
  api.next(rateLimited, message, chatCompletion)
  other.next({ body: {} })
  const app = await start({
    API_URL: api.url,
    OTHER_URL: other.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    OTEL_KIT_BAGGAGE_HOSTS: new URL(other.url).host,
  })
  await fetch(`${app.url}/healthz`)
  const headers = { baggage: 'gen_ai.conversation.id=c-1,session=not-ours' }
  const answer = await fetch(`${app.url}/ask/7`, { method: 'POST', headers })
  expect(await answer.json()).toEqual({ answer: 'hello' })
  expect(await app.stop()).toBe('')

  const sent = JSON.stringify(otlp.exports)
  expect(sent).not.toContain('canary')
  expect(sent).not.toContain('not-ours')
  expect(sent).not.toContain('healthz')

  const scopes = otlp.exports.flatMap(({ resourceSpans }) => resourceSpans.flatMap((r) => r.scopeSpans))
  const byScope = (name: string) =>
    scopes.filter(({ scope }) => scope.name.endsWith(name)).flatMap(({ spans }) => spans)
  const [[server], [anthropic], [openai]] = [
    byScope('instrumentation-http'),
    byScope('sdk.typescript'),
    byScope('instrumentation-openai'),
  ]
  const requests = byScope('instrumentation-undici')
  expect(server?.name).toBe('POST /ask/:id')
  expect([anthropic?.parentSpanId, openai?.parentSpanId]).toEqual([server?.spanId, server?.spanId])
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual([
    anthropic?.spanId,
    anthropic?.spanId,
    openai?.spanId,
    server?.spanId,
  ])

  expect(requests[0]?.attributes).toContainEqual({
    key: 'http.response.header.retry-after',
    value: { arrayValue: { values: [{ stringValue: '30' }] } },
  })
  expect(requests[0]?.attributes).toContainEqual({
    key: 'http.response.header.x-should-retry',
    value: { arrayValue: { values: [{ stringValue: 'true' }] } },
  })

  const all = scopes.flatMap(({ spans }) => spans)
  expect(all).toHaveLength(7)
  for (const { traceId, attributes } of all) {
    expect(traceId).toBe(server?.traceId)
    expect(attributes).toEqual(
      expect.arrayContaining([
        { key: 'app.feature', value: { stringValue: 'ask' } },
        { key: 'app.endpoint', value: { stringValue: 'POST /ask/:id' } },
        { key: 'app.user_id', value: { stringValue: 'u-1' } },
        { key: 'gen_ai.conversation.id', value: { stringValue: 'c-1' } },
      ]),
    )
  }

  // The provider gets the trace context, once, and no baggage; our own service gets both.
  const contexts = [...api.requests, ...other.requests].map(({ headers }) => headers.traceparent)
  expect(contexts).toEqual(
    requests.map(({ traceId, spanId }) => [expect.stringContaining(`${traceId}-${spanId}`) as string]),
  )
  expect(api.requests.map(({ headers }) => headers.baggage)).toEqual([undefined, undefined, undefined])
  expect(other.requests[0]?.headers.baggage?.join()).toMatch(/app\.user_id=u-1.*/)

  otlp.server.close()
  await Promise.all([api.close(), other.close()])
}, 30_000)

test('a request that is cut when stopping leaves its span', async () => {
  const [otlp, api] = await Promise.all([receiver(), fakeApi()])
  const asked = new Promise<void>((resolve) => api.next(() => resolve()))
  const app = await start({ API_URL: api.url, OTHER_URL: api.url, OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url })
  const answer = fetch(`${app.url}/ask/7`, { method: 'POST' })
  answer.catch(() => {})
  await asked
  await app.stop()
  await expect(answer).rejects.toThrow()
  expect(JSON.stringify(otlp.exports)).toContain('"POST /ask/:id"')
  otlp.server.close()
  await api.close()
}, 30_000)

test('stopping is bounded when the Collector is away, and says what is lost', async () => {
  const [gone, api] = await Promise.all([fakeApi(), fakeApi()])
  await gone.close()
  api.next(message, chatCompletion, { body: {} })
  const app = await start({ API_URL: api.url, OTHER_URL: api.url, OTEL_EXPORTER_OTLP_ENDPOINT: gone.url })
  await fetch(`${app.url}/ask/7`, { method: 'POST' })
  const begin = performance.now()
  expect(await app.stop()).toContain('spans were lost')
  expect(performance.now() - begin).toBeLessThan(5000)
  await api.close()
}, 30_000)
