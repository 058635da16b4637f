/** The exporter settings of services/telemetry, each against a receiver that does what the SDK's own setting would not bear. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { spanProcessors } from '../../services/telemetry/src/span-processors.ts'
import { eventually } from '../../scripts/lib/eventually.ts'

/** An application that sends to a receiver of its own, which answers as it is told. */
async function application(answer: (request: number) => Promise<number>) {
  /** Ids of the spans that came, once for each time that they came and were taken. */
  const taken: string[] = []
  let requests = 0
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const json = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const status = await answer(requests++)
    if (status === 200) taken.push(...(String(json).match(/"spanId":"[^"]+"/g) ?? []))
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new TracerProvider({ spanProcessors: spanProcessors() })
  const tracer = provider.getTracer('test')
  return {
    taken,
    make(spans: number) {
      for (let i = 0; i < spans; i++) tracer.startSpan('span').end()
    },
    async stop() {
      await provider.shutdown()
      server.closeAllConnections()
      server.close()
    },
  }
}

test.concurrent('8,000 spans while the receiver is away for 40 s: every one comes, once', async () => {
  const back = Date.now() + 40_000
  const app = await application(() => Promise.resolve(Date.now() < back ? 503 : 200))
  app.make(8000)
  await eventually(() => Promise.resolve(expect(app.taken).toHaveLength(8000)))
  expect(new Set(app.taken).size).toBe(8000)
  await app.stop()
})

test.concurrent('an answer that takes 15 s is waited for: nothing is sent twice', async () => {
  const app = await application(async (request) => {
    if (request === 0) await sleep(15_000)
    return 200
  })
  app.make(10)
  // Longer than a second try would take.
  await sleep(30_000)
  expect(app.taken).toHaveLength(10)
  await app.stop()
})

test.concurrent('a span is on its way within 4 s, not 5', async () => {
  const app = await application(() => Promise.resolve(200))
  app.make(1)
  await eventually(() => Promise.resolve(expect(app.taken).toHaveLength(1)), 4000, 100)
  await app.stop()
})
