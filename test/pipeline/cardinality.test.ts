/** Names without end: series stay within the bound, memory stays flat, and the totals are right all the same. */
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call, CALLS, COST, countedTotal, INPUT, OUTPUT } from '../lib/calls.ts'
import { memoryOf } from '../lib/docker.ts'
import { sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

/** Series of all counters together, and calls' label sets of a service: far below the defaults, so that it is quick. */
const COUNTER_SERIES = 3000

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline({ environment: { MAX_COUNTER_SERIES: String(COUNTER_SERIES) } })
}, 120_000)
afterAll(() => pipeline.stop())

const total = (metric: string, selector: string) => countedTotal(pipeline.prometheusUrl, metric, selector)
const count = async (selector: string) =>
  (await query(pipeline.prometheusUrl, `count(${selector})`))[0]?.value ?? 0

/** Resident memory of the Collector in MiB. */
const memory = async () => (await memoryOf(pipeline.collector.getId())) / 2 ** 20

async function send(service: string, spans: ReturnType<typeof call>[]) {
  for (let i = 0; i < spans.length; i += 1000) {
    await sendSpans(pipeline.otlpUrl, { service, spans: spans.slice(i, i + 1000) })
  }
}

test('within the bound nothing overflows, whenever its series began', async () => {
  await send('within', [call()])
  await eventually(async () => expect(await total(INPUT, 'service_name="within"')).toBe(10))
  await send('within', [call(), call({ 'app.feature': 'new' }), call({ 'app.feature': 'newer' })])
  await eventually(async () => expect(await total(INPUT, 'service_name="within"')).toBe(40))
  expect(await query(pipeline.prometheusUrl, `${INPUT}{otel_metric_overflow="true"}`)).toEqual([])
})

test('10,000 models, 100,000 users, attributes of a megabyte', async () => {
  // What was there before keeps its series.
  await send('before', [call(), call()])
  await eventually(async () => expect(await total(INPUT, 'service_name="before"')).toBe(20))

  const models = Array.from({ length: 10_000 }, (_, i) =>
    call({ 'gen_ai.request.model': `m${i}`, 'gen_ai.response.model': `m${i}` }),
  )
  await send('models', models)
  await send('before', [call()])
  // As features, which are labels: a user's id has no place there, but that is how it comes.
  await send(
    'users',
    Array.from({ length: 100_000 }, (_, i) =>
      call({ 'app.feature': `user-${i}`, 'app.user_id': `user-${i}` }),
    ),
  )
  for (let i = 0; i < 20; i++) {
    const megabyte = `${i}`.padEnd(1_000_000, 'x')
    await send('megabytes', [call({ 'app.endpoint': megabyte, 'app.user_id': megabyte })])
  }

  await eventually(async () => {
    for (const [service, calls] of [
      ['before', 3],
      ['models', 10_000],
      ['users', 100_000],
      ['megabytes', 20],
    ] as const) {
      const selector = `service_name="${service}"`
      expect(await total(INPUT, selector)).toBe(10 * calls)
      expect(await total(OUTPUT, selector)).toBe(calls)
      expect(await total(CALLS, selector)).toBe(calls)
      if (service !== 'models') expect(await total(COST, selector)).toBeCloseTo(0.000015 * calls, 8)
    }
  }, 180_000)

  // Cut where it was a megabyte, or without labels where there was no room.
  const megabytes = await query(pipeline.prometheusUrl, `${CALLS}{service_name="megabytes"}`)
  expect(megabytes.map(({ labels }) => labels['app_endpoint']?.length)).toEqual(Array(20).fill(256))

  // Beyond the limit: one series per service and counter, and one for each part of the cost.
  const counters = '{__name__=~"gen_ai_client_inference_.*_total"}'
  const overflow = '{__name__=~"gen_ai_client_inference_.*_total", otel_metric_overflow="true"}'
  expect((await count(counters)) - (await count(overflow))).toBeLessThanOrEqual(COUNTER_SERIES)
  expect(await count(overflow)).toBeLessThan(50)
  expect(await total(INPUT, 'service_name="users", otel_metric_overflow="true"')).toBeGreaterThan(900_000)
  // What had its series goes on in it.
  expect(await total(INPUT, 'service_name="before", gen_ai_request_model="claude-haiku-4-5"')).toBe(30)
  for (const service of ['models', 'users']) {
    expect(await count(`${CALLS}{service_name="${service}"}`)).toBeLessThanOrEqual(1001)
  }

  // The same once more: nothing grows.
  const before = await memory()
  await send('models', models)
  await eventually(async () => expect(await total(INPUT, 'service_name="models"')).toBe(200_000))
  expect(await memory()).toBeLessThan(before * 1.25)
  expect((await count(counters)) - (await count(overflow))).toBeLessThanOrEqual(COUNTER_SERIES)
}, 480_000)
