/** What Prometheus says of how durations and tokens are spread is what was sent: exact values by sorting, without our code. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { call } from '../lib/calls.ts'
import { Double, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { distributions, durations, quantile, share } from './distributions.ts'

const COUNT = 2000
const INFERENCE = 'gen_ai_client_inference'
const METRICS = {
  calls: `${INFERENCE}_duration_seconds`,
  'first chunks': `${INFERENCE}_time_to_first_chunk_seconds`,
  tools: 'gen_ai_execute_tool_duration_seconds',
  agents: 'gen_ai_invoke_agent_duration_seconds',
  requests: 'http_server_request_duration_seconds',
}
type Kind = keyof typeof METRICS
const kinds = Object.keys(METRICS) as Kind[]
/** Of the widest bucket, upper bound over lower: scale 4. */
const WIDTH = 2 ** (1 / 16)

const SPANS: Record<Kind, (ms: number) => SpanInput> = {
  calls: (duration) => call({}, { duration }),
  'first chunks': (ms) =>
    call({ 'gen_ai.response.time_to_first_chunk': new Double(ms / 1000) }, { duration: 3_600_000 }),
  tools: (duration) => ({
    duration,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  }),
  agents: (duration) => ({
    duration,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'coder' },
  }),
  requests: (duration) => ({
    kind: 'server',
    duration,
    attributes: { 'app.endpoint': 'POST /chat' },
  }),
}

async function send(url: string, service: string, spans: SpanInput[]) {
  for (let i = 0; i < spans.length; i += 1000) {
    await sendSpans(url, { service, spans: spans.slice(i, i + 1000) })
  }
}

interface Exemplar {
  labels: { trace_id: string }
  value: string
}

async function exemplars(url: string, selector: string): Promise<Exemplar[]> {
  const now = Date.now() / 1000
  const response = await fetch(
    `${url}/api/v1/query_exemplars?query=${encodeURIComponent(selector)}&start=${now - 600}&end=${now + 60}`,
  )
  const { data } = (await response.json()) as { data: { exemplars: Exemplar[] }[] }
  return data.flatMap((series) => series.exemplars)
}

const value = async ({ prometheusUrl }: Pipeline, promql: string) =>
  (await query(prometheusUrl, promql))[0]?.value ?? Number.NaN

const cases = kinds.flatMap((kind, i) =>
  distributions.map((distribution, j) => ({
    kind,
    distribution,
    service: `${kind} ${distribution}`,
    sent: durations(distribution, COUNT, 10 * i + j),
  })),
)

describe('native', () => {
  let pipeline: Pipeline
  beforeAll(async () => {
    pipeline = await startPipeline()
    for (const { kind, service, sent } of cases) await send(pipeline.otlpUrl, service, sent.map(SPANS[kind]))
  }, 300_000)
  afterAll(() => pipeline.stop())

  test.each(cases)('$kind, $distribution', async ({ kind, service, sent }) => {
    const selector = `${METRICS[kind]}{service_name="${service}"}`
    await eventually(async () => expect(await value(pipeline, `sum(${selector})`)).toBe(COUNT))
    const seconds = sent.map((ms) => ms / 1000)
    // As alerts and dashboards ask. What came before the first point is in it as well.
    const rate = `sum by (service_name) (rate(${selector}[10m]))`
    for (const q of [0.5, 0.95, 0.99]) {
      const ratio = (await value(pipeline, `histogram_quantile(${q}, ${rate})`)) / quantile(seconds, q)
      expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.05)
    }
    for (const limit of [0.3, 10, 700]) {
      const found = await value(pipeline, `histogram_fraction(0, ${limit}, ${rate})`)
      expect(found).toBeGreaterThanOrEqual(share(seconds, limit / WIDTH) - 1e-9)
      expect(found).toBeLessThanOrEqual(share(seconds, limit * WIDTH) + 1e-9)
    }
    expect(await value(pipeline, `sum(histogram_sum(${selector}))`)).toBeCloseTo(
      seconds.reduce((sum, one) => sum + one, 0),
      3,
    )
    // One series, not one for each bucket.
    const series = `{__name__=~"${METRICS[kind]}.*", service_name="${service}"}`
    expect(await query(pipeline.prometheusUrl, series)).toHaveLength(1)
  })

  test('tokens in and out, and tokens per second', async () => {
    const spans = durations('log-normal', COUNT, 1).map((input, i) => ({
      input,
      output: (i * 7919) % 4001,
      duration: 1000 + ((i * 104_729) % 60_000),
    }))
    await send(
      pipeline.otlpUrl,
      'tokens',
      spans.map(({ input, output, duration }) =>
        call({ 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output }, { duration }),
      ),
    )
    const answered = spans.filter(({ output }) => output > 0)
    const expected = {
      operation_input_tokens: spans.map(({ input }) => input),
      operation_output_tokens: spans.map(({ output }) => output),
      output_speed_per_second: answered.map(({ output, duration }) => (1000 * output) / duration),
    }
    for (const [name, numbers] of Object.entries(expected)) {
      const selector = `${INFERENCE}_${name}{service_name="tokens"}`
      await eventually(async () => expect(await value(pipeline, `sum(${selector})`)).toBe(numbers.length))
      for (const q of [0.5, 0.95, 0.99]) {
        const found = await value(pipeline, `histogram_quantile(${q}, sum(rate(${selector}[10m])))`)
        expect(Math.abs(found / quantile(numbers, q) - 1)).toBeLessThanOrEqual(0.05)
      }
      const sum = numbers.reduce((sum, one) => sum + one, 0)
      expect((await value(pipeline, `sum(histogram_sum(${selector}))`)) / sum).toBeCloseTo(1, 9)
    }
    // The counters, which bills are made of, say the same.
    const counted = `sum(${INFERENCE}_usage_input_tokens_total{service_name="tokens"})`
    const spread = await value(
      pipeline,
      `sum(histogram_sum(${INFERENCE}_operation_input_tokens{service_name="tokens"}))`,
    )
    // They come on another way, and may come later.
    await eventually(async () => expect(spread).toBe(await value(pipeline, counted)))
  })

  test('exemplars of calls and of first chunks lead to a call that took as long', async () => {
    const traceIds = [newTraceId(), newTraceId()]
    await sendSpans(pipeline.otlpUrl, {
      service: 'exemplars',
      spans: traceIds.map((traceId, i) => ({
        ...call({ 'gen_ai.response.time_to_first_chunk': 0.25 + i }, { duration: 2000 + i }),
        traceId,
      })),
    })
    for (const [metric, seconds] of [
      [METRICS.calls, [2, 2.001]],
      [METRICS['first chunks'], [0.25, 1.25]],
    ] as const) {
      await eventually(async () => {
        const found = await exemplars(pipeline.prometheusUrl, `${metric}{service_name="exemplars"}`)
        // All of a flush have its time. Of such, Prometheus takes those that are longer than the last: the longest is there.
        expect(found.map(({ value }) => Number(value))).toContain(seconds[1])
        for (const { labels, value } of found)
          expect(Number(value)).toBe(seconds[traceIds.indexOf(labels.trace_id)])
      })
    }
  })

  test('runs of 12 and of 45 minutes are told apart', async () => {
    // One more of the short ones: half of the calls is no rank between two of them.
    const minutes = [...Array<number>(11).fill(12), ...Array<number>(10).fill(45)]
    await send(
      pipeline.otlpUrl,
      'long runs',
      minutes.map((one) => SPANS.agents(one * 60_000)),
    )
    const selector = `${METRICS.agents}{service_name="long runs"}`
    await eventually(async () => expect(await value(pipeline, `sum(${selector})`)).toBe(21))
    const of = (q: number) => value(pipeline, `histogram_quantile(${q}, sum(${selector}))`)
    expect((await of(0.5)) / 720).toBeCloseTo(1, 1)
    expect((await of(0.95)) / 2700).toBeCloseTo(1, 1)
    expect(await value(pipeline, `sum(histogram_sum(${selector}))`)).toBe((11 * 12 + 10 * 45) * 60)
  })

  test('a series that nothing comes for keeps its value, and increase() sees its first calls', async () => {
    await sendSpans(pipeline.otlpUrl, { service: 'silent', spans: [call(), call(), call()] })
    const selector = `${METRICS.calls}{service_name="silent"}`
    await eventually(async () => expect(await value(pipeline, `sum(${selector})`)).toBe(3))
    await sleep(30_000)
    expect(await value(pipeline, `count_over_time(${selector}[25s])`)).toBeGreaterThanOrEqual(4)
    const increase = await value(pipeline, `sum(increase(${selector}[5m]))`)
    expect(increase).toBeGreaterThanOrEqual(3)
    // Up to the next point Prometheus goes on at the rate of this half minute.
    expect(increase).toBeLessThan(3 * 1.3)
  })
})

describe('classic, by GENAI_HISTOGRAMS', () => {
  let pipeline: Pipeline
  beforeAll(async () => {
    pipeline = await startPipeline({ environment: { GENAI_HISTOGRAMS: 'classic' } })
  }, 120_000)
  afterAll(() => pipeline.stop())

  const bounds = async (metric: string) => {
    const series = await query(pipeline.prometheusUrl, `${metric}_bucket{service_name="classic"}`)
    return Object.fromEntries(
      series.map(({ labels, value }) => [labels['le'] === '+Inf' ? Infinity : Number(labels['le']), value]),
    )
  }

  test('the buckets of before, runs of agents to two hours, and no native ones beside them', async () => {
    const seconds = [0.2, 7, 700, 3000]
    await sendSpans(pipeline.otlpUrl, {
      service: 'classic',
      spans: seconds.flatMap((s) => [
        call(
          { 'gen_ai.response.time_to_first_chunk': new Double(s / 2), 'gen_ai.usage.output_tokens': 30 * s },
          { duration: 1000 * s },
        ),
        SPANS.tools(1000 * s),
        SPANS.agents(1000 * s),
        SPANS.requests(1000 * s),
      ]),
    })
    const durations = [0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10, 15, 20, 30, 60, 120, 300, 600]
    const upTo = (values: number[], les: number[]) =>
      Object.fromEntries([...les, Infinity].map((le) => [le, values.filter((one) => one <= le).length]))
    await eventually(async () => {
      expect(await bounds(METRICS.calls)).toEqual(upTo(seconds, durations))
      expect(await bounds(METRICS.tools)).toEqual(upTo(seconds, durations))
      expect(await bounds(METRICS.requests)).toEqual(upTo(seconds, durations))
      expect(await bounds(METRICS.agents)).toEqual(upTo(seconds, [...durations, 1200, 1800, 3600, 7200]))
      expect(await bounds(METRICS['first chunks'])).toEqual(
        upTo(
          seconds.map((s) => s / 2),
          durations,
        ),
      )
      expect(await bounds(`${INFERENCE}_operation_output_tokens`)).toEqual(
        upTo(
          seconds.map((s) => 30 * s),
          Array.from({ length: 11 }, (_, i) => 4 ** i),
        ),
      )
      expect(await bounds(`${INFERENCE}_output_speed_per_second`)).toEqual(
        upTo([30, 30, 30, 30], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
      )
    })
    expect(await query(pipeline.prometheusUrl, METRICS.calls)).toEqual([])
    const sum = `sum(${METRICS.calls}_sum{service_name="classic"})`
    expect(await value(pipeline, sum)).toBeCloseTo(3707.2, 6)
    expect(await exemplars(pipeline.prometheusUrl, `${METRICS['first chunks']}_bucket`)).not.toEqual([])
  })
})
