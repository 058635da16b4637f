/** The gate of docker-compose.limits.yml: who sends too much is told to come again, and nobody else notices. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { ExportResultCode } from '@opentelemetry/core'
import type { ExportResult } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { eventually } from '../../scripts/lib/eventually.ts'
import { PatientExporter } from '../../services/telemetry/src/patient-exporter.ts'
import { Load } from '../drills/lib/load.ts'
import { GOOD } from './endpoint.ts'
import type { Client } from './endpoint.ts'
import { Gated } from './gated.ts'
import { problemsOf } from './hardening.ts'

const BUSY = 'busy-application-4f0c2c1b9a'
const CALM = 'calm-application-77aa01c3de'
const THIRD = 'third-application-c0ffee11d2'
const NEXT = 'busy-application-renewed-91b2'
const NAMELESS = 'nameless-application-0a5e31'
const SECRETS = [BUSY, CALM, THIRD, NEXT, NAMELESS, 'no-such-token']
const MB = 1_000_000
const tokens = `${BUSY} busy\n${CALM} calm\n${THIRD} third\n`
/** Low, so that they are reached soon. */
const LIMITS = {
  OTLP_REQUESTS_PER_SECOND: '10',
  OTLP_MEGABYTES_PER_SECOND: '2',
  OTLP_CONCURRENT_REQUESTS: '4',
  OTLP_IN_FLIGHT: '7',
}
const REQUESTS_IN_10_S = 10 * Number(LIMITS.OTLP_REQUESTS_PER_SECOND)
const AT_ONCE = Number(LIMITS.OTLP_CONCURRENT_REQUESTS)

let gated: Gated
beforeAll(async () => {
  gated = await Gated.start(tokens, LIMITS)
}, 300_000)
afterAll(() => gated.stop(), 60_000)

/** What the longest rate looks back on. */
const calm = () => sleep(11_000)

/** Requests that have begun, and wait to be told to end; each has its place at the Collector meanwhile. */
async function begun(client: Client, count: number): Promise<{ end(): void; closed: Promise<unknown> }> {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({
      host: '127.0.0.1',
      port: gated.port,
      rejectUnauthorized: false,
      cert: client.cert,
      key: client.key,
    })
    const token = client.token === undefined ? '' : `Authorization: Bearer ${client.token}\r\n`
    socket.on('error', () => undefined)
    socket.on('secureConnect', () =>
      socket.write(
        `POST /v1/traces HTTP/1.1\r\nHost: x\r\n${token}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
      ),
    )
    socket.resume()
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')))
  await sleep(500)
  return {
    end: () => sockets.forEach((socket) => socket.end('}')),
    closed: Promise.all(sockets.map((socket) => once(socket, 'close'))),
  }
}

/** Lines of the gate's log on one application, from now on. */
async function logged(): Promise<(application: string) => Promise<string[]>> {
  const lines = async () =>
    (await gated.log('gate')).split('\n').filter((line) => line.startsWith('application='))
  const before = (await lines()).length
  return async (application) =>
    (await lines()).slice(before).filter((line) => line.startsWith(`application="${application}" `))
}

test('its container has no right that it does not need', async () => {
  expect(await problemsOf(await gated.id('gate'))).toEqual([])
})

test('HTTP/1.1, gRPC, a body of 19 MB: as without a gate; and who has no good token is refused', async () => {
  for (const token of [BUSY, CALM]) {
    expect((await gated.post({ token })).status).toBe(200)
    expect(await gated.grpc({ token })).toBe(0)
  }
  const large = `{"resourceSpans": []${' '.repeat(19 * MB)}}`
  expect((await gated.post({ token: THIRD }, large)).status).toBe(200)
  // As if it were another's, or nobody's.
  const twice = { authorization: [`Bearer ${BUSY}`, 'x y'] }
  expect((await gated.post({}, GOOD, twice)).status).toBe(400)
  const lines = await logged()
  for (const client of [{}, { token: 'no-such-token' }]) {
    expect((await gated.post(client)).status).toBe(401)
    expect(await gated.grpc(client)).toBe(16)
  }
  await eventually(async () => {
    const unknown = await lines('unknown')
    expect(unknown.filter((line) => line.includes('backend=http status=401'))).toHaveLength(2)
    expect(unknown.filter((line) => line.includes('backend=grpc'))).toHaveLength(2)
  })
})

test('over its rate of requests: what the limit allows is taken, the rest refused with 429 and when to come again', async () => {
  await calm()
  const lines = await logged()
  const answers = { 200: 0, 429: 0 } as Record<number, number>
  // Three at a time, as a new connection each takes its time.
  const sender = async () => {
    while (answers[200]! + answers[429]! < REQUESTS_IN_10_S + 30)
      answers[(await gated.post({ token: BUSY })).status]!++
  }
  await Promise.all([sender(), sender(), sender()])
  // HAProxy's rate is an estimate of the last 10 s.
  expect(answers[200]).toBeGreaterThan(0.9 * REQUESTS_IN_10_S)
  expect(answers[429]).toBeGreaterThan(10)
  const refused = await gated.post({ token: BUSY })
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '2' } })
  // UNAVAILABLE
  expect(await gated.grpc({ token: BUSY })).toBe(14)
  expect((await gated.post({ token: CALM })).status).toBe(200)
  expect(await gated.grpc({ token: CALM })).toBe(0)
  await eventually(async () => expect(await lines('busy')).toHaveLength(answers[429]! + 2))
  for (const line of await lines('busy')) expect(line).toContain('backend=refused_requests status=429')
  expect(await lines('calm')).toEqual([])
})

test('over its rate of bytes: refused, though its requests are few', async () => {
  await calm()
  const large = `{"resourceSpans": []${' '.repeat(15 * MB)}}`
  expect((await gated.post({ token: BUSY }, large)).status).toBe(200)
  expect((await gated.post({ token: BUSY }, large)).status).toBe(200)
  const refused = await gated.post({ token: BUSY }, large)
  expect(refused).toMatchObject({ status: 429, body: expect.stringContaining('bytes') as string })
  expect((await gated.post({ token: CALM })).status).toBe(200)
})

test('too many requests at once: refused, until one of them has ended', async () => {
  await calm()
  const first = await begun({ token: BUSY }, AT_ONCE)
  expect((await gated.post({ token: BUSY })).body).toContain('at once')
  expect(await gated.grpc({ token: BUSY })).toBe(14)
  expect((await gated.post({ token: CALM })).status).toBe(200)
  first.end()
  await first.closed
  expect((await gated.post({ token: BUSY })).status).toBe(200)
})

test('no place at the Collector: waits for one, and after 5 s is told to come again', async () => {
  const busy = await begun({ token: BUSY }, 4)
  const third = await begun({ token: THIRD }, 3)
  const began = Date.now()
  const refused = await gated.post({ token: CALM })
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
  expect(Date.now() - began).toBeGreaterThan(4500)
  expect(Date.now() - began).toBeLessThan(20_000)
  const waiting = gated.post({ token: CALM })
  await sleep(1000)
  busy.end()
  third.end()
  expect((await waiting).status).toBe(200)
  await Promise.all([busy.closed, third.closed])
})

test('Prometheus has what was refused, by reason', async () => {
  for (const reason of ['requests', 'bytes', 'concurrent']) {
    const counter = `haproxy_backend_http_responses_total{job="otlp-gate",proxy="refused_${reason}",code="4xx"}`
    await eventually(async () => expect(await gated.value(counter)).toBeGreaterThan(0))
  }
})

test('tokens change without a restart; a name is known at the next reload, which cuts nobody', async () => {
  await gated.setTokens(`${NEXT} busy\n${CALM} calm\n${THIRD} third\n${NAMELESS}\n`)
  await eventually(async () => expect((await gated.post({ token: NEXT })).status).toBe(200))
  expect((await gated.post({ token: NAMELESS })).status).toBe(200)
  expect((await gated.post({ token: BUSY })).status).toBe(401)
  const open = await begun({ token: CALM }, 1)
  await gated.reload()
  const lines = await logged()
  // The one before takes what comes until the new one listens.
  await eventually(async () => {
    const first = await begun({ token: NEXT }, AT_ONCE)
    const { status } = await gated.post({ token: NEXT })
    first.end()
    await first.closed
    expect(status).toBe(429)
    expect((await lines('busy')).length).toBeGreaterThan(0)
  })
  open.end()
  await open.closed
  expect(await lines('calm')).toEqual([])
})

describe('SDKs lose nothing', () => {
  test('over HTTP, with services/telemetry’s settings, over the rate for 20 s', async () => {
    const lines = await logged()
    let refused = 0
    const load = Load.start(`https://localhost:${gated.port}`, `https://localhost:${gated.grpcPort}`, {
      sdks: ['kit'],
      environment: {
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${CALM}`,
        OTEL_EXPORTER_OTLP_CERTIFICATE: join(gated.secrets, 'clients.crt'),
      },
    })
    try {
      for (const end = Date.now() + 20_000; Date.now() < end;) {
        const [answer] = await Promise.all([gated.post({ token: CALM }), sleep(20)])
        if (answer.status === 429) refused++
      }
      const [made] = await load.stop()
      const { service, traces, acknowledged, calls } = made!
      expect(acknowledged.length).toBe(traces.reduce((sum, [, spanIds]) => sum + spanIds.length, 0))
      expect(acknowledged.length).toBeGreaterThan(300)
      const input = calls.reduce((sum, [, , tokens]) => sum + tokens, 0)
      const counter = `gen_ai_client_inference_usage_input_tokens_total{service_name="${service}"}`
      await eventually(async () => expect(await gated.value(`sum(${counter})`)).toBe(input))
    } finally {
      load.kill()
    }
    expect(refused).toBeGreaterThan(100)
    // It was refused, too.
    await eventually(async () => expect((await lines('calm')).length).toBeGreaterThan(refused))
  }, 120_000)

  test('over gRPC, which the SDK’s exporter tries again in a PatientExporter only', async () => {
    await calm()
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] = `authorization=Bearer ${CALM}`
    process.env['OTEL_EXPORTER_OTLP_CERTIFICATE'] = join(gated.secrets, 'clients.crt')
    const exporter = new OTLPTraceExporter({ url: `https://localhost:${gated.grpcPort}` })
    const exported = (to: SpanExporter) => new Promise<ExportResult>((done) => to.export([], done))
    expect((await exported(exporter)).code).toBe(ExportResultCode.SUCCESS)
    const open = await begun({ token: CALM }, AT_ONCE)
    expect((await exported(exporter)).error).toMatchObject({
      code: 14,
      message: expect.stringContaining('UNAVAILABLE') as string,
    })
    const patient = exported(new PatientExporter(exporter, 30_000))
    await sleep(4000)
    open.end()
    await open.closed
    expect((await patient).code).toBe(ExportResultCode.SUCCESS)
    await exporter.shutdown()
  })
})

test('a body of 25 MB; slowloris: cut, and others are served meanwhile', async () => {
  const status = await gated.post({ token: THIRD }, Buffer.alloc(25 * MB, ' ')).then(
    (answer) => answer.status,
    (error: NodeJS.ErrnoException) => error.code,
  )
  expect([400, 413, 'ECONNRESET', 'EPIPE']).toContain(status)
  const began = Date.now()
  const headers = Array.from({ length: 50 }, () => {
    const socket = connect({ host: '127.0.0.1', port: gated.port, rejectUnauthorized: false })
    socket.on('error', () => undefined)
    socket.on('secureConnect', () => socket.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-A: '))
    socket.resume()
    return once(socket, 'close')
  })
  const bodies = await begun({ token: THIRD }, AT_ONCE)
  expect((await gated.post({ token: CALM })).status).toBe(200)
  await Promise.all(headers)
  expect(Date.now() - began).toBeLessThan(25_000)
  await bodies.closed
  expect(Date.now() - began).toBeLessThan(45_000)
  expect((await gated.post({ token: THIRD })).status).toBe(200)
}, 120_000)

test('no token is in a log or metric', async () => {
  const told = (await gated.log('gate')) + (await gated.log('collector')) + (await gated.metrics())
  expect(told).toContain('application="busy"')
  for (const token of SECRETS) expect(told).not.toContain(token)
})

describe('certificates in place of tokens', () => {
  beforeAll(() => gated.up({ OTLP_ACCESS: 'mtls' }), 300_000)

  test('the application is the certificate’s CN; none and an expired one are refused in the handshake', async () => {
    const busy = await gated.authority.issue('busy')
    const calm = await gated.authority.issue('calm')
    await eventually(async () => expect((await gated.post(busy)).status).toBe(200))
    expect(await gated.grpc(busy)).toBe(0)
    for (const client of [{}, await gated.authority.issue('expired', -1)]) {
      await expect(gated.post(client)).rejects.toThrow()
      await expect(gated.grpc(client)).rejects.toThrow()
    }
    const lines = await logged()
    const open = await begun(busy, AT_ONCE)
    expect((await gated.post(busy)).status).toBe(429)
    expect((await gated.post(calm)).status).toBe(200)
    await eventually(async () => expect(await lines('busy')).toHaveLength(1))
    open.end()
    await open.closed
  })
})
