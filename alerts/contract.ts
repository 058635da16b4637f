import { promqlNames } from './promql.ts'
import { rules } from './rules.ts'

/** Labels that every metric of model calls carries. `error_type` is absent on success. */
const inferenceLabels = [
  'service_name',
  'deployment_environment_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
  'gen_ai_operation_name',
  'error_type',
  'app_feature',
  'app_endpoint',
  'collector_instance_id',
  // "true" on the one series of a service that holds what is beyond the limit of labels.
  'otel_metric_overflow',
]

const histogram = (name: string, ...labels: string[]): [string, string[]][] => [
  [`${name}_bucket`, [...inferenceLabels, ...labels, 'le']],
  [`${name}_sum`, [...inferenceLabels, ...labels]],
  [`${name}_count`, [...inferenceLabels, ...labels]],
]

const counter = (name: string, ...labels: string[]): [string, string[]] => [
  `${name}_total`,
  [...inferenceLabels, ...labels],
]

/**
 * The names that rules and dashboards may use: each metric as Prometheus stores it, with its labels. What is missing
 * here is not promised by the Collector.
 */
export const contract: ReadonlyMap<string, readonly string[]> = new Map<string, string[]>([
  ...histogram('gen_ai_client_inference_duration_seconds'),
  ...histogram('gen_ai_client_inference_time_to_first_chunk_seconds'),
  ...histogram('gen_ai_execute_tool_duration_seconds', 'gen_ai_tool_name'),
  ...histogram('gen_ai_invoke_agent_duration_seconds', 'gen_ai_agent_name'),
  counter('gen_ai_client_inference_usage_input_tokens'),
  counter('gen_ai_client_inference_usage_output_tokens'),
  counter('gen_ai_client_inference_usage_cache_read_input_tokens'),
  counter('gen_ai_client_inference_usage_cache_write_input_tokens'),
  counter('gen_ai_client_inference_usage_cache_write_1h_input_tokens'),
  counter('gen_ai_client_inference_usage_reasoning_output_tokens'),
  counter('gen_ai_client_inference_usage_cost', 'gen_ai_usage_cost_component', 'gen_ai_usage_cost_currency'),
  counter('gen_ai_client_inference_unpriced'),
  counter('gen_ai_client_inference_flagged', 'genai_flag'),
  counter('gen_ai_client_inference_duplicates'),
  counter('gen_ai_client_inference_finishes', 'gen_ai_response_finish_reason'),
  counter('gen_ai_client_inference_attempts', 'http_response_status_code', 'http_request_resend_count'),
  counter('gen_ai_client_inference_attempts_time_seconds', 'genai_http_phase'),
  ...histogram('http_server_request_duration_seconds', 'http_response_status_code'),

  // The Collector's own, from its documentation at v0.161.
  ...[
    'otelcol_exporter_queue_size',
    'otelcol_exporter_queue_capacity',
    'otelcol_exporter_sent_spans_total',
    'otelcol_exporter_sent_metric_points_total',
    'otelcol_exporter_send_failed_spans_total',
    'otelcol_exporter_send_failed_metric_points_total',
    'otelcol_exporter_enqueue_failed_spans_total',
  ].map((name): [string, string[]] => [name, ['job', 'instance', 'exporter', 'data_type']]),
  ...['otelcol_receiver_accepted_spans_total', 'otelcol_receiver_refused_spans_total'].map(
    (name): [string, string[]] => [name, ['job', 'instance', 'receiver', 'transport']],
  ),
  ['otelcol_processor_memory_limiter_refused_spans_total', ['job', 'instance', 'processor']],
  ['otelcol_deltatocumulative_datapoints_total', ['job', 'instance', 'error']],
  ['otelcol_deltatocumulative_streams_tracked', ['job', 'instance']],
  ['otelcol_deltatocumulative_streams_limit', ['job', 'instance']],
  ['otelcol_process_memory_rss_bytes', ['job', 'instance']],
  // The guard's of its queue (collector/queue-guard).
  ['otelcol_queue_set_aside_files', ['job', 'instance']],

  // Prometheus' own. ALERTS has the labels of the alert beside these.
  ['up', ['job', 'instance']],
  ['prometheus_rule_evaluation_failures_total', ['job', 'instance', 'rule_group']],
  [
    'ALERTS',
    [
      'alertname',
      'alertstate',
      'severity',
      'owner',
      'long_window',
      'short_window',
      ...inferenceLabels,
      'job',
      'instance',
    ],
  ],
])

const recorded = new Set(rules.flatMap(({ record }) => record ?? []))
const labelsPromised = new Set([...contract.values()].flat())

/** The metrics and labels of an expression that neither the contract nor our recording rules promise. */
export function namesOutsideContract(expression: string): string[] {
  const { selectors, grouping } = promqlNames(expression)
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const promised = recorded.has(metric)
        ? labelsPromised
        : contract.get(metric) && new Set(contract.get(metric))
      if (!promised) return [metric]
      return labels.filter((label) => !promised.has(label)).map((label) => `${metric}{${label}}`)
    }),
    // Every series has a name.
    ...grouping.filter((label) => label !== '__name__' && !labelsPromised.has(label)),
  ]
}
