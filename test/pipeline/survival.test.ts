/** What is late, comes twice over, or meets a backend that is away is counted and stored all the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { query } from '../../scripts/lib/prometheus.ts'
import { call, CALLS, COST, countedTotal, INPUT, USD_PER_CALL } from '../lib/calls.ts'
import { docker } from '../lib/docker.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline({ collectors: 2 })
}, 180_000)
afterAll(() => pipeline.stop())

const total = (metric: string, service: string) =>
  countedTotal(pipeline.prometheusUrl, metric, `service_name="${service}"`)
const now = async (metric: string, service: string) =>
  (await query(pipeline.prometheusUrl, `sum(${metric}{service_name="${service}"})`))[0]?.value

/** Over all that Prometheus has stored, and in the value that it shows now. */
async function expectCalls(service: string, calls: number, timeout?: number) {
  await eventually(async () => {
    for (const read of [total, now]) {
      expect(await read(INPUT, service)).toBe(10 * calls)
      expect(await read(CALLS, service)).toBe(calls)
      expect(await read(COST, service)).toBeCloseTo(USD_PER_CALL * calls, 10)
    }
  }, timeout)
}

/** Sends calls to both Collectors, 50 a second, until it is stopped. Stopping gives how many were acknowledged. */
function load(service: string) {
  let sent = 0
  let running = true
  const done = (async () => {
    for (let i = 0; running; i++) {
      await sendSpans(pipeline.otlpUrls[i % 2]!, { service, spans: [call()] })
      sent++
      await sleep(20)
    }
  })()
  return async () => {
    running = false
    await done
    return sent
  }
}

test.concurrent('spans that come late, early, and in any order', async () => {
  const hour = 3_600_000
  const starts = [-1, -26, 0.5, -3, -170, -0.1, -26, 1, -2].map((hours) =>
    Math.round(Date.now() + hours * hour),
  )
  for (const start of starts)
    await sendSpans(pipeline.otlpUrl, { service: 'late', spans: [call({}, { start })] })
  await sendSpans(pipeline.otlpUrl, { service: 'late', spans: starts.map((start) => call({}, { start })) })
  await expectCalls('late', 2 * starts.length)
  // Counted when they came, not in the past.
  const [increase] = await query(pipeline.prometheusUrl, `sum(increase(${INPUT}{service_name="late"}[10m]))`)
  expect(increase!.value).toBeGreaterThan(0)
})

test.concurrent('two Collectors side by side: one series each, and the sum is right', async () => {
  await Promise.all(
    Array.from({ length: 16 }, async (_, sender) => {
      for (let i = 0; i < 25; i++) {
        await sendSpans(pipeline.otlpUrls[(sender + i) % 2]!, {
          service: 'replicas',
          spans: [call(), call()],
        })
      }
    }),
  )
  await expectCalls('replicas', 800)
  const series = await query(pipeline.prometheusUrl, `${INPUT}{service_name="replicas"}`)
  expect(
    Object.fromEntries(series.map(({ labels, value }) => [labels.collector_instance_id, value])),
  ).toEqual({
    'collector-0': 4000,
    'collector-1': 4000,
  })
})

test('Prometheus away for a minute under load: every call is there afterwards', async () => {
  const stopLoad = load('outage')
  await sleep(5000)
  await pipeline.stopBackend('prometheus')
  // A series that it has never seen begins meanwhile.
  await sendSpans(pipeline.otlpUrl, {
    service: 'born meanwhile',
    spans: Array.from({ length: 8 }, () => call()),
  })
  await sleep(60_000)
  await pipeline.startBackend('prometheus')
  await sleep(5000)
  const sent = await stopLoad()
  expect(sent).toBeGreaterThan(1000)
  await expectCalls('outage', sent)
  await expectCalls('born meanwhile', 8)
  const [increase] = await query(
    pipeline.prometheusUrl,
    `sum(increase(${INPUT}{service_name="born meanwhile"}[5m]))`,
  )
  expect(increase!.value).toBeGreaterThanOrEqual(80)
  expect(increase!.value).toBeLessThan(80 * 1.2)
}, 240_000)

test('the trace store away while the Collector restarts: every span is there afterwards', async () => {
  await pipeline.stopBackend('traces')
  const traceIds = Array.from({ length: 20 }, newTraceId)
  for (let i = 0; i < 15; i++) {
    for (const traceId of traceIds)
      await sendSpans(pipeline.otlpUrl, { service: 'kept', spans: [call({}, { traceId })] })
  }
  // Into the queue, and tried.
  await sleep(3000)
  await pipeline.restartCollector()
  // It says so of what the queue keeps, and that is why this is tested.
  expect(await docker('logs', pipeline.collector.getId())).toContain('Dropping data')
  await pipeline.startBackend('traces')
  await eventually(async () => {
    const stored = await Promise.all(traceIds.map((traceId) => pipeline.traces.spans(traceId)))
    expect(stored.map((spans) => spans.length)).toEqual(traceIds.map(() => 15))
  })
  await eventually(async () => expect(await total(INPUT, 'kept')).toBe(10 * 300))
}, 240_000)
