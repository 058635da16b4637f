import { classicName } from './classic/rewrite.ts'
import { histograms } from './histograms.ts'
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
  // For whom a coding agent works, of calls that its log events tell.
  'team',
  'cost_center',
  'vcs_repository_name',
  'collector_instance_id',
  // "true" on the one series of a service that holds what is beyond the limit of labels.
  'otel_metric_overflow',
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
  ...[...histograms].map(([name, labels]): [string, string[]] => [name, [...inferenceLabels, ...labels]]),
  counter('gen_ai_client_inference_usage_input_tokens', 'gen_ai_token_modality'),
  counter('gen_ai_client_inference_usage_output_tokens', 'gen_ai_token_modality'),
  counter('gen_ai_client_inference_usage_cache_read_input_tokens', 'gen_ai_token_modality'),
  counter('gen_ai_client_inference_usage_cache_write_input_tokens', 'gen_ai_token_modality'),
  counter('gen_ai_client_inference_usage_cache_write_1h_input_tokens', 'gen_ai_token_modality'),
  counter('gen_ai_client_inference_usage_reasoning_output_tokens', 'gen_ai_token_modality'),
  counter(
    'gen_ai_client_inference_usage_cost',
    'gen_ai_usage_cost_component',
    'gen_ai_usage_cost_currency',
    'gen_ai_usage_cost_source',
  ),
  counter('gen_ai_client_inference_usage_cost_list'),
  counter('gen_ai_client_inference_unpriced'),
  counter('gen_ai_client_inference_flagged', 'genai_flag'),
  // Spans that are no calls: none of the labels of calls but the operation, which is the span's name where it has none.
  [
    'gen_ai_client_inference_unrecognized_total',
    [
      'service_name',
      'deployment_environment_name',
      'gen_ai_operation_name',
      'genai_scope',
      'collector_instance_id',
      'otel_metric_overflow',
    ],
  ],
  ...['gen_ai_evaluation_results_total', 'gen_ai_evaluation_score_total'].map((name): [string, string[]] => [
    name,
    [
      'service_name',
      'deployment_environment_name',
      'gen_ai_request_model',
      'app_feature',
      'error_type',
      'gen_ai_evaluation_name',
      'gen_ai_evaluation_score_label',
      'collector_instance_id',
      'otel_metric_overflow',
    ],
  ]),
  counter('gen_ai_client_inference_usage_cost_reported'),
  counter('gen_ai_client_inference_left_out', 'genai_dialect', 'genai_signal'),
  counter('gen_ai_coding_agent_prompts', 'genai_dialect'),
  counter('gen_ai_coding_agent_tool_decisions', 'genai_dialect', 'gen_ai_tool_name', 'decision'),
  counter('gen_ai_coding_agent_tool_calls', 'genai_dialect', 'gen_ai_tool_name', 'success'),
  counter('gen_ai_client_inference_duplicates'),
  counter('gen_ai_client_inference_finishes', 'gen_ai_response_finish_reason'),
  counter('gen_ai_client_inference_attempts', 'http_response_status_code', 'http_request_resend_count'),
  counter('gen_ai_client_inference_resends'),
  counter('gen_ai_client_inference_attempts_time_seconds', 'genai_http_phase'),

  // What `npm run invoice -- --write` sends (docs/invoice.md).
  ['genai_invoice_cost', ['gen_ai_provider_name', 'genai_invoice_by']],
  ['genai_invoice_difference', ['gen_ai_provider_name', 'genai_invoice_reason']],
  ['genai_invoice_day_seconds', ['gen_ai_provider_name']],

  // The Collector's own, from its documentation at v0.161.
  ...[
    'otelcol_exporter_queue_size',
    'otelcol_exporter_queue_capacity',
    'otelcol_exporter_sent_spans_total',
    'otelcol_exporter_sent_metric_points_total',
    'otelcol_exporter_send_failed_spans_total',
    'otelcol_exporter_send_failed_metric_points_total',
    'otelcol_exporter_send_failed_log_records_total',
    'otelcol_exporter_enqueue_failed_log_records_total',
    'otelcol_exporter_enqueue_failed_spans_total',
  ].map((name): [string, string[]] => [name, ['job', 'instance', 'exporter', 'data_type']]),
  // `signal` is what OtelCollectorRefusing calls them.
  ...['spans', 'metric_points', 'log_records']
    .flatMap((items) => [
      `otelcol_receiver_accepted_${items}_total`,
      `otelcol_receiver_refused_${items}_total`,
    ])
    .map((name): [string, string[]] => [name, ['job', 'instance', 'receiver', 'transport', 'signal']]),
  ['otelcol_processor_filter_logs_filtered_total', ['job', 'instance', 'filter']],
  ['otelcol_processor_memory_limiter_refused_spans_total', ['job', 'instance', 'processor']],
  ['otelcol_deltatocumulative_datapoints_total', ['job', 'instance', 'error']],
  ['otelcol_deltatocumulative_streams_tracked', ['job', 'instance']],
  ['otelcol_deltatocumulative_streams_limit', ['job', 'instance']],
  ['otelcol_process_memory_rss_bytes', ['job', 'instance']],
  // The guard's of its queue (sidecars/queue-guard).
  ['otelcol_queue_set_aside_files', ['job', 'instance']],

  // The probe's (sidecars/probe).
  ['genai_probe_ok', ['job', 'instance', 'stage']],
  ['genai_probe_last_right_timestamp_seconds', ['job', 'instance']],

  // Prometheus' own. ALERTS has the labels of the alert beside these.
  ['up', ['job', 'instance']],
  ['prometheus_rule_evaluation_failures_total', ['job', 'instance', 'rule_group']],
  ['prometheus_tsdb_wal_writes_failed_total', ['job', 'instance']],
  ['prometheus_tsdb_wal_corruptions_total', ['job', 'instance']],
  ['prometheus_tsdb_compactions_failed_total', ['job', 'instance']],
  ['prometheus_notifications_dropped_total', ['job', 'instance']],
  // Alertmanager's, and Tempo's (which has it from the first discarded span on).
  ['alertmanager_notifications_failed_total', ['job', 'instance', 'integration']],
  ['tempo_discarded_spans_total', ['job', 'instance', 'reason', 'tenant']],
  // Every process that is scraped.
  ['process_resident_memory_bytes', ['job', 'instance']],
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

/** The same names where histograms are classic ones: three series each, and `le` on the buckets. */
const classicContract: typeof contract = new Map(
  [...contract].flatMap(([name, labels]) =>
    histograms.has(name)
      ? [
          [classicName(name, 'bucket'), [...labels, 'le']],
          [classicName(name, 'sum'), labels],
          [classicName(name, 'count'), labels],
        ]
      : [[name, labels]],
  ),
)

interface Promised {
  metrics: typeof contract
  /** Recording rules, which may have any of the labels. */
  recorded: ReadonlySet<string>
  labels: ReadonlySet<string>
}
const promised = (metrics: typeof contract, recorded: string[]): Promised => ({
  metrics,
  recorded: new Set(recorded),
  labels: new Set([...metrics.values()].flat()),
})
const records = rules.flatMap(({ record }) => record ?? [])
const native = promised(contract, records)
const classic = promised(
  classicContract,
  records.map((record) => classicName(record, 'bucket')),
)

/** The metrics and labels of an expression that neither the contract nor our recording rules promise. */
export const namesOutsideContract = (expression: string): string[] => outside(native, expression)

/** The same of an expression on classic histograms. */
export const namesOutsideClassicContract = (expression: string): string[] => outside(classic, expression)

function outside({ metrics, recorded, labels: anyLabel }: Promised, expression: string): string[] {
  const { selectors, grouping } = promqlNames(expression)
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const known = recorded.has(metric) ? anyLabel : metrics.get(metric) && new Set(metrics.get(metric))
      if (!known) return [metric]
      return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`)
    }),
    // Every series has a name.
    ...grouping.filter((label) => label !== '__name__' && !anyLabel.has(label)),
  ]
}
