/** Labels, by the words that panels use for them. */
export const label = {
  environment: 'deployment_environment_name',
  service: 'service_name',
  feature: 'app_feature',
  endpoint: 'app_endpoint',
  provider: 'gen_ai_provider_name',
  /** The requested one: a call that failed has no other. */
  model: 'gen_ai_request_model',
  responseModel: 'gen_ai_response_model',
  component: 'gen_ai_usage_cost_component',
  status: 'http_response_status_code',
  resend: 'http_request_resend_count',
  phase: 'genai_http_phase',
  error: 'error_type',
  finish: 'gen_ai_response_finish_reason',
  tool: 'gen_ai_tool_name',
  agent: 'gen_ai_agent_name',
  flag: 'genai_flag',
  operation: 'gen_ai_operation_name',
  scope: 'genai_scope',
  evaluation: 'gen_ai_evaluation_name',
  score: 'gen_ai_evaluation_score_label',
  /** For whom a coding agent works. */
  team: 'team',
  costCenter: 'cost_center',
  repository: 'vcs_repository_name',
  decision: 'decision',
} as const

/** A label in a legend. */
export const legend = (...labels: string[]) => labels.map((name) => `{{${name}}}`).join(' · ')

/** Native histograms of the contract: one series holds buckets, count and sum. */
export const metric = {
  duration: 'gen_ai_client_inference_duration_seconds',
  firstChunk: 'gen_ai_client_inference_time_to_first_chunk_seconds',
  /** Tokens of each call. Input includes what was read from and written to the cache. */
  inputTokens: 'gen_ai_client_inference_operation_input_tokens',
  outputTokens: 'gen_ai_client_inference_operation_output_tokens',
  /** Output tokens of each call for each second that it took, waiting for the first one included. */
  outputSpeed: 'gen_ai_client_inference_output_speed_per_second',
  request: 'http_server_request_duration_seconds',
  tool: 'gen_ai_execute_tool_duration_seconds',
  agent: 'gen_ai_invoke_agent_duration_seconds',
} as const

/** What a query takes a rate or an increase of: a series by its name, or one number of a histogram. */
export type Source = string | { histogram: string; part: 'count' | 'sum' }

/** How many values a histogram has. */
export const count = (histogram: string): Source => ({ histogram, part: 'count' })
/** What the values of a histogram add up to, in its unit. */
export const total = (histogram: string): Source => ({ histogram, part: 'sum' })

/** Every call, and those that failed: the histogram counts them, and success has no error type. */
export const calls = count(metric.duration)
export const failed = 'error_type!=""'
export const cost = 'gen_ai_client_inference_usage_cost_total'
export const unpriced = 'gen_ai_client_inference_unpriced_total'
export const unrecognized = 'gen_ai_client_inference_unrecognized_total'
/** Of coding agents: what they did, what they say that it cost, and calls that another signal tells. */
export const prompts = 'gen_ai_coding_agent_prompts_total'
export const toolDecisions = 'gen_ai_coding_agent_tool_decisions_total'
export const reportedCost = 'gen_ai_client_inference_usage_cost_reported_total'
export const leftOut = 'gen_ai_client_inference_left_out_total'
/** Results of evaluations, and what their scores add up to. */
export const evaluations = 'gen_ai_evaluation_results_total'
export const scores = 'gen_ai_evaluation_score_total'
export const attempts = 'gen_ai_client_inference_attempts_total'
/** What SDKs count themselves, of services with and without attempts. */
export const resends = 'gen_ai_client_inference_resends_total'
export const phases = 'gen_ai_client_inference_attempts_time_seconds_total'
export const finishes = 'gen_ai_client_inference_finishes_total'
export const rateLimited = `${label.status}="429"`
/** Anthropic answers 529, others 503. */
export const overloaded = `${label.status}=~"503|529"`
export const part = (name: string) => `${label.component}="${name}"`

/** Counters of tokens. Input includes what was read from and written to the cache. */
export const tokens = {
  input: 'gen_ai_client_inference_usage_input_tokens_total',
  output: 'gen_ai_client_inference_usage_output_tokens_total',
  cacheRead: 'gen_ai_client_inference_usage_cache_read_input_tokens_total',
  cacheWrite: 'gen_ai_client_inference_usage_cache_write_input_tokens_total',
  cacheWrite1h: 'gen_ai_client_inference_usage_cache_write_1h_input_tokens_total',
} as const

/** Labels of the dashboards' variables, in the order in which each narrows the next. */
export const variables = ['environment', 'service', 'feature', 'provider', 'model'] as const
export type Variable = (typeof variables)[number]

/** The matcher of one variable. "All" is `.*`, which finds series without the label too. */
export const matches = (variable: Variable) => `${label[variable]}=~"$${variable}"`

/** What requests, agents, tools and evaluations can be narrowed by: they need not have a model. */
export const requestVariables: readonly Variable[] = ['environment', 'service', 'feature']
const known = (series: string) =>
  /^(gen_ai_execute_tool|gen_ai_invoke_agent|gen_ai_evaluation|http_server)_/.test(series)
    ? requestVariables
    : variables

export interface Aggregation {
  /** Labels to keep; none adds everything up. */
  by?: readonly string[] | undefined
  /** A further matcher. */
  where?: string | undefined
  /** The variables to follow, where not all that the series has labels for. */
  narrow?: readonly Variable[] | undefined
}

/** The time range of the dashboard, or another; `before` moves it into the past. */
export interface Range {
  over?: string
  before?: string
}

export const sum = (series: string, by: readonly string[] = []) =>
  by.length > 0 ? `sum by (${by.join(', ')}) (${series})` : `sum(${series})`

/** Workflows are in the metric of agents, by the conventions, and hold runs of agents. */
const agentsOnly = `${label.operation}!="invoke_workflow"`

/** A series as the variables narrow it. */
export const selector = (series: string, where?: string, narrow: readonly Variable[] = known(series)) =>
  `${series}{${[...narrow.map(matches), ...(series === metric.agent ? [agentsOnly] : []), ...(where ? [where] : [])].join(', ')}}`

/** One number of a histogram is read before it is added up: Prometheus then leaves the buckets alone. */
const of = (source: Source, changed: (series: string) => string) =>
  typeof source === 'string' ? changed(source) : `histogram_${source.part}(${changed(source.histogram)})`

/** Per second, over as short a time as the resolution of the graph allows. */
export const rate = (source: Source, { by, where, narrow }: Aggregation = {}) =>
  sum(
    of(source, (series) => `rate(${selector(series, where, narrow)}[$__rate_interval])`),
    by,
  )

/** The total of the dashboard's time range, or of another one. */
export const increase = (
  source: Source,
  { by, where, narrow, over = '$__range', before }: Aggregation & Range = {},
) =>
  sum(
    of(
      source,
      (series) => `increase(${selector(series, where, narrow)}[${over}]${before ? ` offset ${before}` : ''})`,
    ),
    by,
  )

/** How a number is taken: at each point of a graph (`rate`), or of the whole time range (`increase`). */
export type Take = (source: Source, aggregation?: Aggregation) => string

/** A quantile of a histogram in its unit. */
export const quantile = (q: number, histogram: string, take: Take, aggregation: Aggregation = {}) =>
  `histogram_quantile(${q}, ${take(histogram, aggregation)})`

/** The share of a histogram's values that is above a limit, which is in the histogram's unit. */
export const shareAbove = (limit: number, histogram: string, take: Take, aggregation: Aggregation = {}) =>
  `1 - histogram_fraction(0, ${limit}, ${take(histogram, aggregation)})`

/** A share, or an average: both parts taken alike. */
export const ratio = (numerator: Source, denominator: Source, take: Take, aggregation: Aggregation = {}) => {
  const { by } = aggregation
  const whole = take(denominator, { by })
  return `${orZero(take(numerator, aggregation), whole)} / ${whole}`
}

/** 0 instead of nothing for what has not occurred, where `whole`, with the same labels, has. */
export const orZero = (part: string, whole: string) => `(${part} or 0 * ${whole})`

/** Without what is not above 0: a table of everything that never happened hides what did. */
export const above0 = (query: string) => `((${query}) > 0)`
