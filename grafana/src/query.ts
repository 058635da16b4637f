/** Labels, by the words that panels use for them. */
export const label = {
  environment: 'deployment_environment_name',
  service: 'service_name',
  feature: 'app_feature',
  provider: 'gen_ai_provider_name',
  /** The requested one: a call that failed has no other. */
  model: 'gen_ai_request_model',
  component: 'gen_ai_usage_cost_component',
  status: 'http_response_status_code',
} as const

/** Metrics of the contract without the suffix of their type. */
export const metric = {
  duration: 'gen_ai_client_inference_duration_seconds',
  firstChunk: 'gen_ai_client_inference_time_to_first_chunk_seconds',
  inputTokens: 'gen_ai_client_inference_usage_input_tokens',
  outputTokens: 'gen_ai_client_inference_usage_output_tokens',
  cacheReadTokens: 'gen_ai_client_inference_usage_cache_read_input_tokens',
  cacheWriteTokens: 'gen_ai_client_inference_usage_cache_write_input_tokens',
  cost: 'gen_ai_client_inference_usage_cost',
  unpriced: 'gen_ai_client_inference_unpriced',
  attempts: 'gen_ai_client_inference_attempts',
} as const

/** Every call, and those that failed: the histogram counts them, and success has no error type. */
export const calls = `${metric.duration}_count`
export const failed = 'error_type!=""'
export const rateLimited = `${label.status}="429"`

/** Labels of the dashboards' variables, in the order in which each narrows the next. */
export const variables = ['environment', 'service', 'feature', 'provider', 'model'] as const

/** The matcher of one variable. "All" is `.*`, which finds series without the label too. */
export const matches = (variable: (typeof variables)[number]) => `${label[variable]}=~"$${variable}"`

const selected = variables.map(matches).join(', ')

interface Aggregation {
  /** Labels to keep; none adds everything up. */
  by?: readonly string[]
  /** A further matcher. */
  where?: string
}

const sum = (series: string, by: readonly string[] = []) =>
  by.length > 0 ? `sum by (${by.join(', ')}) (${series})` : `sum(${series})`

const selector = (series: string, where?: string) =>
  `${series}{${where ? `${selected}, ${where}` : selected}}`

/** Per second, over as short a time as the resolution of the graph allows. */
export const rate = (series: string, { by, where }: Aggregation = {}) =>
  sum(`rate(${selector(series, where)}[$__rate_interval])`, by)

/** The total of the dashboard's time range, or of another one. */
export const increase = (
  series: string,
  { by, where, over = '$__range' }: Aggregation & { over?: string } = {},
) => sum(`increase(${selector(series, where)}[${over}])`, by)

/** A quantile of a histogram in its unit: at each point of a graph, or of the whole time range. */
export const quantile = (q: number, histogram: string, of: 'rate' | 'range') =>
  `histogram_quantile(${q}, ${(of === 'rate' ? rate : increase)(`${histogram}_bucket`, { by: ['le'] })})`

/** 0 instead of nothing for what has not occurred, where `whole`, with the same labels, has. */
export const orZero = (part: string, whole: string) => `(${part} or 0 * ${whole})`
