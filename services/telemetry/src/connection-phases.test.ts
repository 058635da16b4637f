import { createServer as createHttpServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { Agent, buildConnector } from 'undici'
import { AttemptObserver } from './attempts.ts'
import { timed } from './connection-phases.ts'
import { recordSpans } from './testing/record-spans.ts'

// A pre-shared key: a real handshake, with no certificate to keep or to expire.
const key = Buffer.from('not a secret')
const tls = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2' as const,
  pskCallback: () => key,
}
const agent = new Agent({
  connect: timed(
    buildConnector({
      ...tls,
      pskCallback: () => ({ psk: key, identity: 'test' }),
      checkServerIdentity: () => undefined,
    }),
  ),
})

const observer = new AttemptObserver()
const spans = recordSpans([new UndiciInstrumentation(observer.hooks)])
const servers: Server[] = []
afterAll(async () => {
  observer.stop()
  await agent.close()
  for (const server of servers) server.close()
  await spans.stop()
})

const answer: RequestListener = (_request, response) => setTimeout(() => response.end('{}'), 20)

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return (server.address() as AddressInfo).port
}

/** The span of a request below that of a model call. */
async function attempt(url: string) {
  const attributes = { 'gen_ai.operation.name': 'chat' }
  await trace.getTracer('test').startActiveSpan('call', { attributes }, async (call) => {
    const response = await fetch(url, {
      method: 'POST',
      body: '{}',
      dispatcher: agent,
    } as unknown as RequestInit)
    await response.text()
    call.end()
  })
  // The connection is free for the next request a little after the body's end.
  await new Promise(setImmediate)
  const span = spans.take().find(({ instrumentationScope }) => instrumentationScope.name !== 'test')
  const phases = Object.entries(span?.attributes ?? {}).filter(([name]) => name.startsWith('genai.http.'))
  return Object.fromEntries(phases)
}

const first = 'genai.http.first_byte.duration'
const [dns, tcp, tlsHandshake] = ['dns', 'tcp', 'tls'].map((phase) => `genai.http.${phase}.duration`) as [
  string,
  string,
  string,
]

test('a new connection: every phase; the next request on it: none', async () => {
  const url = `https://localhost:${await listening(createHttpsServer(tls, answer))}/`
  const phases = await attempt(url)
  expect(Object.keys(phases).sort()).toEqual([dns, first, tcp, tlsHandshake].sort())
  for (const seconds of Object.values(phases)) {
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(5)
  }
  expect(phases[first]).toBeGreaterThan(0.015)
  expect(Object.keys(await attempt(url))).toEqual([first])
})

test('plain HTTP has no TLS, an address no DNS', async () => {
  const port = await listening(createHttpServer(answer))
  expect(Object.keys(await attempt(`http://localhost:${port}/`)).sort()).toEqual([dns, first, tcp].sort())
  expect(Object.keys(await attempt(`http://127.0.0.1:${port}/`)).sort()).toEqual([first, tcp].sort())
})
