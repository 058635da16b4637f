/** Tempo is there, but slow, or refuses: what may be sent again is, and nothing is lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drill, OUTAGE } from './lib/drill.ts'
import { FaultyProxy } from './lib/faulty-proxy.ts'
import type { Fault } from './lib/faulty-proxy.ts'
import { PERFECT } from './lib/verdict.ts'

async function faulty(name: string, fault: Fault) {
  let proxy: FaultyProxy | undefined
  try {
    return await drill(
      name,
      async (site) => {
        proxy!.fault = fault
        await sleep(Math.min(OUTAGE, 60_000))
        proxy!.fault = { kind: 'pass' }
        return { refused: proxy!.refused, failed: await site.collectorMetric(FAILED) }
      },
      {
        tempoEndpoint: async (gateway, port) => {
          proxy = await FaultyProxy.start(gateway, port)
          return proxy.endpoint
        },
      },
    )
  } finally {
    proxy?.stop()
  }
}
const FAILED = 'otelcol_exporter_send_failed_spans_total'

test.each<[string, Fault]>([
  ['tempo-slow', { kind: 'slow' }],
  ['tempo-429', { kind: 'status', status: 429 }],
  ['tempo-503', { kind: 'status', status: 503 }],
  ['tempo-rate-limit', { kind: 'grpc', status: 8, retryInfo: true }],
])(
  '%s',
  async (name, fault) => {
    expect(await faulty(name, fault)).toMatchObject({ ...PERFECT, outOfMemory: false })
  },
  1_800_000,
)

// OTLP forbids to send again what was refused like this: https://opentelemetry.io/docs/specs/otlp/#failures
test.each<[string, Fault]>([['tempo-500', { kind: 'status', status: 500 }]])(
  '%s: final by the specification; counted as failed, and the counters are right all the same',
  async (name, fault) => {
    const verdict = await faulty(name, fault)
    expect(verdict.lost).toBeGreaterThan(0)
    expect(verdict.counters).toEqual(PERFECT.counters)
  },
  1_800_000,
)
