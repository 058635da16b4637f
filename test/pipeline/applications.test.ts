/**
 * Metrics and logs that applications send: metrics reach Prometheus under their own names, without who sent them; increments
 * of many short-lived senders add up exactly, over a restart of the Collector too; logs are taken.
 */
import { eventually } from '../../scripts/lib/eventually.ts'
import { counterTotals, query } from '../../scripts/lib/prometheus.ts'
import { call, countedTotal, INPUT } from '../lib/calls.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

type Attributes = Record<string, string>
const DELTA = 1
const CUMULATIVE = 2

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }))
const nanos = (ms: number) => `${ms}000000`

interface Sum {
  service: string
  name: string
  unit?: string
  temporality: number
  value: number
  attributes?: Attributes
  resource?: Attributes
  /** Milliseconds. */
  start?: number
}

async function post(signal: 'metrics' | 'logs', body: object): Promise<void> {
  const response = await fetch(`${pipeline.otlpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the Collector answered ${response.status}: ${await response.text()}`)
}

const sendMetric = (service: string, resource: Attributes, metric: object) =>
  post('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: keyValues({ 'service.name': service, ...resource }) },
        scopeMetrics: [{ scope: { name: 'an-application' }, metrics: [metric] }],
      },
    ],
  })

const sendSum = (sum: Sum) =>
  sendMetric(sum.service, sum.resource ?? {}, {
    name: sum.name,
    unit: sum.unit ?? '',
    sum: {
      aggregationTemporality: sum.temporality,
      isMonotonic: true,
      dataPoints: [
        {
          asInt: String(sum.value),
          attributes: keyValues(sum.attributes ?? {}),
          startTimeUnixNano: nanos(sum.start ?? Date.now() - 60_000),
          timeUnixNano: nanos(Date.now()),
        },
      ],
    },
  })

const series = (selector: string) => query(pipeline.prometheusUrl, selector)
const total = async (selector: string) =>
  (await counterTotals(pipeline.prometheusUrl, selector)).reduce((sum, { value }) => sum + value, 0)

test('a cumulative counter arrives under its own name, without who sent it', async () => {
  await sendSum({
    service: 'shop',
    name: 'shop.orders',
    temporality: CUMULATIVE,
    value: 12,
    attributes: { kind: 'gift', 'user.email': 'jane.doe@example.com', 'session.id': 'session-4711' },
    resource: { 'service.instance.id': 'shop-1', 'host.name': 'janes-laptop', 'process.pid': '4242' },
  })
  const [found] = await eventually(async () => {
    const found = await series('shop_orders_total')
    expect(found).toHaveLength(1)
    return found
  }, 30_000)
  expect(found).toMatchObject({ value: 12, labels: { job: 'shop', instance: 'shop-1', kind: 'gift' } })
  const told = JSON.stringify([found, await series('target_info')])
  expect(told).not.toMatch(/jane|4711|4242|laptop/)
})

test('two senders without an instance stay two series', async () => {
  for (const [host, value] of [
    ['a', 3],
    ['b', 4],
  ] as const) {
    await sendSum({
      service: 'twins',
      name: 'twins.made',
      temporality: CUMULATIVE,
      value,
      resource: { 'host.name': host },
    })
  }
  await eventually(async () => {
    expect((await series('twins_made_total')).map(({ value }) => value).sort()).toEqual([3, 4])
  }, 30_000)
})

test('increments of 200 short-lived senders add up, over a restart of the Collector too', async () => {
  const run = (senders: number) =>
    Promise.all(
      Array.from({ length: senders }, (_, i) =>
        sendSum({
          service: 'agent',
          name: 'agent.token.usage',
          unit: 'tokens',
          temporality: DELTA,
          value: 1 + (i % 7),
          attributes: { type: i % 2 ? 'input' : 'output', 'session.id': `s-${i}`, 'user.id': `u-${i}` },
          resource: { 'service.instance.id': newTraceId(), 'team.id': 'checkout' },
          start: Date.now() - i,
        }),
      ),
    )
  const sum = (senders: number) =>
    Array.from({ length: senders }, (_, i) => 1 + (i % 7)).reduce((all, one) => all + one, 0)
  const counter = 'agent_token_usage_tokens_total{service_name="agent"}'
  await run(200)
  await eventually(async () => expect(await total(counter)).toBe(sum(200)), 60_000)
  const found = await series(counter)
  expect(found.map(({ labels }) => labels['type']).sort()).toEqual(['input', 'output'])
  expect(JSON.stringify(found)).not.toMatch(/"[su]-\d|session|user/)
  expect(found[0]!.labels['team_id']).toBe('checkout')
  await run(50)
  await pipeline.restartCollector()
  await run(30)
  await eventually(async () => expect(await total(counter)).toBe(sum(200) + sum(50) + sum(30)), 90_000)
}, 180_000)

test('increments of a histogram arrive', async () => {
  const observe = () =>
    sendMetric(
      'agent',
      {},
      {
        name: 'agent.turn.duration',
        unit: 's',
        exponentialHistogram: {
          aggregationTemporality: DELTA,
          dataPoints: [
            {
              count: '2',
              sum: 3,
              scale: 0,
              zeroCount: '0',
              positive: { offset: 0, bucketCounts: ['2'] },
              startTimeUnixNano: nanos(Date.now() - 1000),
              timeUnixNano: nanos(Date.now()),
            },
          ],
        },
      },
    )
  await observe()
  await observe()
  await eventually(async () => {
    expect(await series('sum(histogram_count(agent_turn_duration_seconds))')).toMatchObject([{ value: 4 }])
  }, 30_000)
})

test('an application’s own token metric and its spans are each counted once, and told apart', async () => {
  await sendSpans(pipeline.otlpUrl, { service: 'both', spans: [call({ 'gen_ai.usage.input_tokens': 100 })] })
  for (const name of ['gen_ai.client.token.usage', 'gen_ai.client.inference.usage.input_tokens']) {
    await sendSum({ service: 'both', name, temporality: DELTA, value: 100 })
  }
  await eventually(async () => {
    expect(await countedTotal(pipeline.prometheusUrl, INPUT, 'service_name="both"')).toBe(100)
    expect(await total('gen_ai_client_token_usage_total{service_name="both"}')).toBe(100)
    expect(
      await total('gen_ai_client_inference_usage_input_tokens_reported_total{service_name="both"}'),
    ).toBe(100)
  }, 60_000)
})

test('logs are taken', async () => {
  await post('logs', {
    resourceLogs: [
      {
        resource: { attributes: keyValues({ 'service.name': 'shop' }) },
        scopeLogs: [{ scope: { name: 'app' }, logRecords: [{ body: { stringValue: 'started' } }] }],
      },
    ],
  })
})

test('results of evaluations become counters, by evaluator and label', async () => {
  const result = (label: string, score: number, named = true) => ({
    ...(named ? { eventName: 'gen_ai.evaluation.result' } : {}),
    attributes: [
      ...keyValues({
        'gen_ai.evaluation.name': 'relevance',
        'gen_ai.evaluation.score.label': label,
        ...(named ? {} : { 'event.name': 'gen_ai.evaluation.result' }),
      }),
      { key: 'gen_ai.evaluation.score.value', value: { doubleValue: score } },
    ],
  })
  const logRecords = [result('pass', 0.9), result('pass', 0.7, false), result('fail', 0.1)]
  await post('logs', {
    resourceLogs: [
      {
        resource: { attributes: keyValues({ 'service.name': 'judge' }) },
        scopeLogs: [{ scope: { name: 'evals' }, logRecords }],
      },
    ],
  })
  await eventually(async () => {
    const of = (metric: string, label: string) =>
      total(`${metric}{service_name="judge", gen_ai_evaluation_score_label="${label}"}`)
    expect(await of('gen_ai_evaluation_results_total', 'pass')).toBe(2)
    expect(await of('gen_ai_evaluation_results_total', 'fail')).toBe(1)
    expect(await of('gen_ai_evaluation_score_total', 'pass')).toBeCloseTo(1.6, 9)
  }, 60_000)
}, 90_000)
