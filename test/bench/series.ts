/** Made-up series for `bench:dashboards`: the contract's metrics and the recorded ones, as a busy day leaves them. */
import { rules } from '../../alerts/rules.ts'

export type MadeUp = Numbers | NativeHistogram

export interface Numbers {
  /** As in PromQL: `name{label="value"}`. */
  series: string
  /** What a counter grows by from one point to the next, on average; of a gauge, its value. */
  size: number
  counter: boolean
  /** Seconds from one point to the next. */
  step: number
}

export interface NativeHistogram {
  name: string
  labels: Labels
}

export const isHistogram = (one: MadeUp): one is NativeHistogram => 'name' in one

type Labels = Record<string, string | number>

/** Seconds from one point to the next. */
export const STEP = 15
/** Of a histogram, at scale 4: from a second to 16 s, as the calls of one model to one endpoint are. */
const BUCKETS = 64
const environment = { deployment_environment_name: 'bench' }

const text = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(',')}}`
const counter = (name: string, labels: Labels, size = 1): Numbers => ({
  series: text(name, { ...labels, collector_instance_id: 'collector-0' }),
  size,
  counter: true,
  step: STEP,
})
const gauge = (name: string, labels: Labels, size: number, step = STEP): Numbers => ({
  series: text(name, labels),
  size,
  counter: false,
  step,
})
const histogram = (name: string, labels: Labels): NativeHistogram => ({
  name,
  labels: { ...labels, collector_instance_id: 'collector-0' },
})

/** Where calls come from: each an endpoint of a service, with its feature. */
const origins = Array.from({ length: 16 }, (_, i) => ({
  ...environment,
  service_name: `service-${i % 8}`,
  app_feature: `feature-${i}`,
  app_endpoint: `POST /endpoint-${i}`,
}))
const modelOf = (i: number) => ({
  gen_ai_provider_name: i % 3 === 0 ? 'openai' : 'anthropic',
  gen_ai_request_model: `model-${i % 12}`,
  gen_ai_response_model: `model-${i % 12}`,
  gen_ai_operation_name: 'chat',
})
const errors = ['rate_limit_error', 'overloaded_error', 'timeout_error', 'api_error']

/** One set of labels in five is of calls that failed. */
function callsWith(labels: Labels): MadeUp[] {
  const inference = 'gen_ai_client_inference'
  if ('error_type' in labels) return [histogram(`${inference}_duration_seconds`, labels)]
  const each = (name: string, label: string, values: string[], size = 1) =>
    values.map((value) => counter(`${inference}_${name}`, { ...labels, [label]: value }, size))
  return [
    ...['duration_seconds', 'time_to_first_chunk_seconds', 'output_speed_per_second'].map((name) =>
      histogram(`${inference}_${name}`, labels),
    ),
    ...['input', 'output'].map((kind) => histogram(`${inference}_operation_${kind}_tokens`, labels)),
    ...['input', 'output', 'cache_read_input', 'cache_write_input', 'cache_write_1h_input'].map((kind, i) =>
      counter(`${inference}_usage_${kind}_tokens_total`, labels, [1000, 200, 300, 200, 100][i]),
    ),
    ...['input', 'cache_read', 'cache_write', 'output'].map((part) =>
      counter(
        `${inference}_usage_cost_total`,
        { ...labels, gen_ai_usage_cost_component: part, gen_ai_usage_cost_currency: 'USD' },
        0.01,
      ),
    ),
    ...each('finishes_total', 'gen_ai_response_finish_reason', ['stop', 'length', 'tool_call'], 0.2),
    ...each('attempts_time_seconds_total', 'genai_http_phase', ['dns', 'tcp', 'tls', 'first_byte']),
    ...['200', '429', '529'].flatMap((status) =>
      each('attempts_total', 'http_request_resend_count', ['', '1'], 0.1).map((attempt) => ({
        ...attempt,
        series: attempt.series.replace('}', `,http_response_status_code="${status}"}`),
      })),
    ),
    counter(`${inference}_resends_total`, labels, 0.1),
    ...each('flagged_total', 'genai_flag', ['not_a_number'], 0.01),
    counter(`${inference}_unpriced_total`, labels, 0.01),
    counter(`${inference}_duplicates_total`, labels, 0.01),
  ]
}

/** What Prometheus records from them: the constants of the alerts, and sums. */
function recorded(sets: Labels[]): Numbers[] {
  const constants = rules.flatMap(({ record, expr }) => {
    const value = expr.match(/^vector\((.+)\)$/)?.[1]
    return record === undefined || value === undefined ? [] : gauge(record, {}, Number(value), 60)
  })
  const distinct = (...names: string[]) => [
    ...new Map(
      sets.map((labels) => {
        const kept = Object.fromEntries(names.map((name) => [name, labels[name]!]))
        return [JSON.stringify(kept), kept] as const
      }),
    ).values(),
  ]
  const model = ['gen_ai_provider_name', 'gen_ai_request_model']
  const service = ['deployment_environment_name', 'service_name']
  return [
    ...constants,
    ...distinct(...service).flatMap((labels) => [
      gauge('service:gen_ai_client_inference_usage_cost:increase1d', labels, 30, 60),
      gauge('service:gen_ai_client_inference_usage_cost:avg7d_increase1d', labels, 20, 60),
    ]),
    ...distinct(...model, 'gen_ai_response_model').flatMap((labels) => [
      gauge('model:gen_ai_client_inference_usage_cost:per_input_token1d', labels, 3e-6, 120),
      gauge('model:gen_ai_client_inference_usage_cost:per_output_token1d', labels, 15e-6, 120),
    ]),
  ]
}

/** The only ones that a dashboard reads 30 days of. */
export const ofThirtyDays = (sets: Labels[]): Numbers[] => {
  const kept = ['deployment_environment_name', 'service_name', 'gen_ai_provider_name', 'gen_ai_request_model']
  const pairs = new Set(
    sets.map((labels) => text('', Object.fromEntries(kept.map((name) => [name, labels[name]!])))),
  )
  return [...pairs].flatMap((labels) =>
    (['calls', 'errors', 'slow'] as const).map((what) => ({
      series: `service_model:gen_ai_client_inference_${what}:increase5m${labels}`,
      size: what === 'calls' ? 20 : 0.2,
      counter: false,
      step: 300,
    })),
  )
}

/** @param count of different sets of labels of calls: the histogram of their durations is a series of each */
export function labelSets(count: number): Labels[] {
  return Array.from({ length: count }, (_, i) => ({
    ...origins[i % origins.length]!,
    ...modelOf(Math.floor(i / origins.length) + i),
    ...(i % 5 === 4 ? { error_type: errors[i % errors.length]! } : {}),
    // Where there are more than these combine to.
    ...(i >= 16 * 12 ? { gen_ai_response_model: `snapshot-${i}` } : {}),
  }))
}

/** Everything of the last day; the same for the same number of sets. */
export function ofOneDay(sets: Labels[]): MadeUp[] {
  const collector = { job: 'otel-collector', instance: 'collector:8888' }
  return [
    ...sets.flatMap(callsWith),
    ...origins.map((origin) => histogram('http_server_request_duration_seconds', origin)),
    ...origins.slice(0, 4).flatMap((origin, i) => [
      histogram('gen_ai_invoke_agent_duration_seconds', {
        ...origin,
        gen_ai_operation_name: 'invoke_agent',
        gen_ai_agent_name: `agent-${i}`,
      }),
      ...['look_up', 'refund', 'search'].map((tool) =>
        histogram('gen_ai_execute_tool_duration_seconds', { ...origin, gen_ai_tool_name: tool }),
      ),
    ]),
    ...recorded(sets),
    gauge('up', collector, 1),
    gauge('ALERTS', { ...sets[0]!, alertname: 'LLMHighLatency', alertstate: 'firing', severity: 'page' }, 1),
    ...['tempo', 'prometheus'].flatMap((exporter) => [
      gauge('otelcol_exporter_queue_size', { ...collector, exporter, data_type: 'traces' }, 10),
      gauge('otelcol_exporter_queue_capacity', { ...collector, exporter, data_type: 'traces' }, 1000),
      counter('otelcol_exporter_sent_spans_total', { ...collector, exporter }),
      counter('otelcol_exporter_sent_metric_points_total', { ...collector, exporter }),
    ]),
    counter('otelcol_receiver_accepted_spans_total', { ...collector, receiver: 'otlp', transport: 'http' }),
    gauge('otelcol_process_memory_rss_bytes', collector, 2e8),
    gauge('otelcol_deltatocumulative_streams_tracked', collector, 2000),
    gauge('otelcol_deltatocumulative_streams_limit', collector, 10000),
  ]
}

/** Points as OpenMetrics writes them; each series goes on from where its `state` left off. */
export function* openMetrics(all: Numbers[], from: number, until: number, state: Map<Numbers, number>) {
  for (const one of all) {
    const lines = []
    let value = state.get(one) ?? 0
    for (let time = from; time < until; time += one.step) {
      // By 0.5 to 1.5 times the size: like real ones, not by the same each time.
      value = one.counter ? value + one.size * (0.5 + ((time / one.step) % 11) / 10) : one.size
      lines.push(`${one.series} ${Number(value.toFixed(6))} ${time}\n`)
    }
    state.set(one, value)
    yield lines.join('')
  }
  yield '# EOF\n'
}

/**
 * A request in OTLP's JSON for each moment at which the histograms have a point, as a Collector pushes them: a call in
 * two points, each in another bucket.
 */
export function* otlpRequests(all: NativeHistogram[], from: number, until: number) {
  const buckets = all.map(() => new Array<number>(BUCKETS).fill(0))
  const attributes = all.map(({ labels }) =>
    JSON.stringify(
      Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: String(value) } })),
    ),
  )
  for (let step = 1, time = from; time < until; step++, time += STEP) {
    const metrics = all.map(({ name }, i) => {
      const counts = buckets[i]!
      if ((step + i) % 2 === 0) counts[(step * 7 + i) % BUCKETS]!++
      const count = Math.floor((step + (i % 2 === 0 ? 0 : 1)) / 2)
      return `{"name":"${name}","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"attributes":${attributes[i]},"startTimeUnixNano":"${from - 1}000000000","timeUnixNano":"${time}000000000","count":${count},"sum":${5 * count},"scale":4,"zeroCount":0,"positive":{"offset":0,"bucketCounts":[${counts.join()}]}}]}}`
    })
    yield `{"resourceMetrics":[{"resource":{},"scopeMetrics":[{"metrics":[${metrics.join()}]}]}]}`
  }
}
