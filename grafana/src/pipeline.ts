import { dashboard } from './dashboard.ts'
import { limit } from './limits.ts'
import { graph, names, number, rows, type Series, table } from './panel.ts'
import { down } from './stores.ts'
import { above0, calls, increase, label, legend, metric, selector, tokens, unrecognized } from './query.ts'
import { unit } from './theme.ts'
import { selectedCalls } from './trace-link.ts'
import { field, spans } from './traces.ts'

// The Collector's own metrics have no environment, service or model: these panels are of all Collectors. By their job, as
// Jaeger is a Collector too, and has the same metrics.

// Also what is shown when Prometheus does not answer.
const noCollector = 'Prometheus has nothing of the Collector'
const instances = 'instance'
const perSecond = (series: string, ...by: string[]): Series => ({
  query: `sum by (${by.join(', ')}) (rate(${series}[$__rate_interval]))`,
  name: legend(...by),
})
/** In the time range, of counters that only exist from the first time on: 0, where the Collector was scraped. */
const lost = (...series: string[]) =>
  series
    .map(
      (one) =>
        `(sum(increase(${one}[$__range])) or 0 * count(max_over_time(up{job="otel-collector"}[$__range]) == 1))`,
    )
    .join(' + ')
/** The same of other jobs: 0, where one of them was scraped. */
const inStores = (jobs: string[], ...series: string[]) =>
  series
    .map(
      (one) =>
        `(sum(increase(${one}[$__range])) or 0 * count(max_over_time(up{job=~"${jobs.join('|')}"}[$__range]) == 1))`,
    )
    .join(' + ')
const queue =
  'otelcol_exporter_queue_size{job="otel-collector"} / otelcol_exporter_queue_capacity{job="otel-collector"}'
/** How old the newest point of a metric is. Points carry the time at which the Collector made them. */
const age = (series: string) => `time() - max(timestamp(${selector(series)}))`

export const pipeline = dashboard(
  'pipeline',
  'GenAI pipeline',
  'Does telemetry get through, whole and in time?',
  {
    '': [
      number({
        title: 'Collectors up',
        description: 'Collectors that Prometheus reaches now, as a share of those that it knows.',
        unit: unit.share,
        noValue: noCollector,
        width: 4,
        decimals: 0,
        threshold: 1,
        least: true,
        query: 'avg(up{job="otel-collector"})',
      }),
      number({
        title: 'Spans lost',
        description:
          'Spans that the Collector refused or could not send in the time range. Senders repeat what was refused.',
        unit: unit.none,
        noValue: noCollector,
        width: 4,
        threshold: 1,
        query: `round(${lost('otelcol_receiver_refused_spans_total{job="otel-collector"}', 'otelcol_exporter_send_failed_spans_total{job="otel-collector"}')})`,
      }),
      number({
        title: 'Points lost',
        description:
          'Metric points that could not be sent in the time range, and increments that deltatocumulative dropped (any error).',
        unit: unit.none,
        noValue: noCollector,
        width: 4,
        threshold: 1,
        query: `round(${lost('otelcol_exporter_send_failed_metric_points_total{job="otel-collector"}', 'otelcol_deltatocumulative_datapoints_total{job="otel-collector", error!=""}')})`,
      }),
      number({
        title: 'Fullest queue',
        description:
          'Of the queues to the backends, the fullest in any Collector now. Coloured from the threshold of OtelCollectorQueueFilling.',
        unit: unit.share,
        noValue: noCollector,
        width: 4,
        decimals: 1,
        threshold: limit('otelcol:queue_ratio:threshold'),
        query: `max(${queue})`,
      }),
      number({
        title: 'Newest point',
        description:
          'Age of the newest point of the histogram of calls in Prometheus. A call ends, waits up to 2 s for its batch and up to 15 s for the flush, and is there: up to about 20 s is as it should be.',
        unit: unit.seconds,
        noValue: 'No model calls yet',
        width: 4,
        decimals: 0,
        query: age(metric.duration),
      }),
      number({
        title: 'Flagged calls',
        description:
          'Calls in the time range in whose span something was missing, or could not be used and was left out of the metrics.',
        unit: unit.none,
        noValue: 'No model calls in this time',
        width: 4,
        threshold: 1,
        query: `round(sum(increase(gen_ai_client_inference_flagged_total{${label.environment}=~"$environment"}[$__range])) or 0 * ${increase(calls)})`,
      }),

      graph({
        title: 'Spans received and sent',
        description:
          'Spans per second that receivers accepted and that exporters sent. Spans of metrics alone are not sent; what is filtered by choice is neither lost.',
        unit: unit.perSecond,
        noValue: noCollector,
        width: 8,
        series: [
          {
            query: 'sum(rate(otelcol_receiver_accepted_spans_total{job="otel-collector"}[$__rate_interval]))',
            name: 'received',
          },
          {
            query: 'sum(rate(otelcol_exporter_sent_spans_total{job="otel-collector"}[$__rate_interval]))',
            name: 'sent',
          },
        ],
      }),
      graph({
        title: 'Refused, and not sent',
        description:
          'Spans per second refused by receivers or by the memory limiter, and spans and points that exporters could not send.',
        unit: unit.perSecond,
        noValue: 'Nothing was refused or lost',
        width: 8,
        reaches: 1,
        series: [
          {
            query: 'sum(rate(otelcol_receiver_refused_spans_total{job="otel-collector"}[$__rate_interval]))',
            name: 'refused',
          },
          {
            query:
              'sum(rate(otelcol_processor_memory_limiter_refused_spans_total{job="otel-collector"}[$__rate_interval]))',
            name: 'out of memory',
          },
          {
            query:
              'sum(rate(otelcol_exporter_send_failed_spans_total{job="otel-collector"}[$__rate_interval]))',
            name: 'spans not sent',
          },
          {
            query:
              'sum(rate(otelcol_exporter_send_failed_metric_points_total{job="otel-collector"}[$__rate_interval]))',
            name: 'points not sent',
          },
        ],
      }),
      graph({
        title: 'Age of the newest points',
        description:
          'How old the newest point in Prometheus is: of the calls’ histogram, which is flushed every 15 s, and of their counters, which are read every 15 s.',
        unit: unit.seconds,
        noValue: 'No model calls yet',
        width: 8,
        series: [
          { query: age(metric.duration), name: 'durations' },
          { query: age(tokens.input), name: 'counters' },
        ],
      }),
    ],

    'Is there room?': [
      graph({
        title: 'Queues',
        description:
          'How full the queues to the backends are, by exporter. The line is the threshold of OtelCollectorQueueFilling.',
        unit: unit.share,
        noValue: noCollector,
        width: 8,
        threshold: limit('otelcol:queue_ratio:threshold'),
        reaches: 1,
        series: [{ query: `max by (exporter, data_type) (${queue})`, name: legend('exporter', 'data_type') }],
      }),
      graph({
        title: 'Memory',
        description: 'Resident memory of each Collector.',
        unit: unit.bytes,
        noValue: noCollector,
        width: 8,
        series: [
          {
            query: `max by (${instances}) (otelcol_process_memory_rss_bytes{job="otel-collector"})`,
            name: legend(instances),
          },
        ],
      }),
      graph({
        title: 'Counters in memory',
        description:
          'Series that deltatocumulative keeps, as a share of its limit. Beyond it, increments are dropped and counted.',
        unit: unit.share,
        noValue: noCollector,
        width: 8,
        reaches: 1,
        series: [
          {
            query: `max by (${instances}) (otelcol_deltatocumulative_streams_tracked{job="otel-collector"} / otelcol_deltatocumulative_streams_limit{job="otel-collector"})`,
            name: legend(instances),
          },
        ],
      }),
    ],

    'Do the stores answer, and keep what they got?': [
      names({
        title: 'What is down?',
        description: down.description,
        unit: unit.none,
        noValue: 'Prometheus does not answer',
        width: 8,
        height: 4,
        query: down.query,
      }),
      number({
        title: 'Spans thrown away',
        description:
          'Spans that the trace store acknowledged and discarded in the time range. TraceStoreDiscardsSpans says why.',
        unit: unit.none,
        noValue: 'No trace store in Prometheus',
        width: 8,
        height: 4,
        threshold: 1,
        query: `round(${inStores(['tempo', 'jaeger'], 'tempo_discarded_spans_total', 'otelcol_exporter_send_failed_spans_total{job="jaeger"}')})`,
      }),
      number({
        title: 'Failures of Prometheus and Alertmanager',
        description:
          'Rules that could not be evaluated, writes and compactions that failed, and alerts that were not delivered, in the time range.',
        unit: unit.none,
        noValue: 'Prometheus does not scrape itself',
        width: 8,
        height: 4,
        threshold: 1,
        query: `round(${inStores(['prometheus'], 'prometheus_rule_evaluation_failures_total', 'prometheus_tsdb_wal_writes_failed_total', 'prometheus_tsdb_wal_corruptions_total', 'prometheus_tsdb_compactions_failed_total', 'prometheus_notifications_dropped_total', 'alertmanager_notifications_failed_total')})`,
      }),
      graph({
        title: 'Why spans are thrown away',
        description: 'Spans per second that Tempo discards after it has acknowledged them, by its reason.',
        unit: unit.perSecond,
        noValue: 'Nothing was thrown away',
        width: 12,
        reaches: 1,
        series: [perSecond('tempo_discarded_spans_total', 'reason')],
      }),
      graph({
        title: 'Memory of the stores',
        description: 'Resident memory of Tempo or Jaeger, Prometheus and Alertmanager.',
        unit: unit.bytes,
        noValue: 'Prometheus scrapes none of them',
        width: 12,
        series: [
          {
            query:
              'max by (job) (process_resident_memory_bytes{job=~"tempo|prometheus|alertmanager"} or otelcol_process_memory_rss_bytes{job="jaeger"})',
            name: legend('job'),
          },
        ],
      }),
    ],

    'What comes in, and what is wrong with it?': [
      spans({
        title: 'Dialects seen',
        description:
          'Instrumentations recognised in the spans of calls, by service and layer, of up to 500 traces that Tempo finds first. Where several layers report a call, each has its span here; in the metrics the innermost counts.',
        noValue: 'No model calls in Tempo in this time',
        width: 12,
        query: `{ ${selectedCalls} && span.genai.dialect != nil } | select(span.genai.dialect, span.genai.layer)`,
        limit: 500,
        group: true,
        columns: {
          'genai.dialect': { title: 'Dialect' },
          'genai.layer': { title: 'Layer' },
          [field.service]: { title: 'Service' },
          [field.span]: { title: 'Spans', take: 'count', unit: unit.none },
          [field.start]: { title: 'Last seen', take: 'max', unit: unit.moment },
        },
        sortBy: 'Spans',
      }),
      table({
        title: 'Usage that nobody counts',
        description:
          'Spans in the time range that name a model and its usage, and were not recognised as calls, by instrumentation and operation. What they used is in no other number. LLMUsageUnrecognized names them.',
        noValue: 'All usage is counted',
        width: 12,
        height: 8,
        by: {
          [label.service]: 'Service',
          [label.scope]: 'Instrumentation',
          [label.operation]: 'Operation',
        },
        columns: {
          Spans: {
            query: above0(
              `round(sum by (${label.service}, ${label.scope}, ${label.operation}) (increase(${unrecognized}{${label.environment}=~"$environment"}[$__range])))`,
            ),
            unit: unit.count,
          },
        },
        sortBy: 'Spans',
      }),
      table({
        title: 'What was missing, or could not be used?',
        description:
          'Calls in the time range by what was missing or wrong in their span (genai.flag). The value was left out; the call still counts.',
        noValue: 'Every value was there, and could be used',
        width: 12,
        height: 8,
        by: { [label.flag]: 'What', [label.service]: 'Service' },
        columns: {
          Calls: {
            query: above0(
              `round(${increase('gen_ai_client_inference_flagged_total', { by: [label.flag, label.service] })})`,
            ),
            unit: unit.count,
          },
        },
        sortBy: 'Calls',
      }),
      table({
        title: 'What is reported twice?',
        description:
          'Calls in the time range that two instrumentations report without a trace in common, of the part of all calls that is looked at. No service: two services report the same calls.',
        noValue: 'Nothing is reported twice',
        width: 12,
        height: 8,
        by: { [label.service]: 'Service' },
        columns: {
          Calls: {
            query: above0(
              `round(sum by (${label.service}) (increase(gen_ai_client_inference_duplicates_total{${label.environment}=~"$environment"}[$__range])))`,
            ),
            unit: unit.count,
          },
        },
        sortBy: 'Calls',
      }),
    ],

    'Which part of the Collector?': [
      graph({
        title: 'Received, by transport',
        description: 'Spans per second that were accepted, by receiver and transport.',
        unit: unit.perSecond,
        noValue: noCollector,
        width: 8,
        series: [
          perSecond('otelcol_receiver_accepted_spans_total{job="otel-collector"}', 'receiver', 'transport'),
        ],
      }),
      graph({
        title: 'Metrics and logs of applications',
        description:
          'Metric points and log records per second that were accepted, and log records that were dropped as no logs backend is configured (collector/send/logs).',
        unit: unit.perSecond,
        noValue: 'No application sends metrics or logs',
        width: 8,
        series: [
          {
            query:
              'sum(rate(otelcol_receiver_accepted_metric_points_total{job="otel-collector", receiver="otlp"}[$__rate_interval]))',
            name: 'points accepted',
          },
          {
            query:
              'sum(rate(otelcol_receiver_accepted_log_records_total{job="otel-collector"}[$__rate_interval]))',
            name: 'log records accepted',
          },
          {
            query:
              'sum(rate(otelcol_processor_filter_logs_filtered_total{job="otel-collector"}[$__rate_interval]))',
            name: 'log records dropped: no backend',
          },
        ],
      }),
      graph({
        title: 'Metric points sent',
        description: 'Points per second that were sent, by exporter.',
        unit: unit.perSecond,
        noValue: noCollector,
        width: 8,
        series: [perSecond('otelcol_exporter_sent_metric_points_total{job="otel-collector"}', 'exporter')],
      }),
      rows({
        title: 'What does Prometheus reach?',
        description: 'Targets that Prometheus scrapes and reaches now.',
        unit: unit.none,
        noValue: 'Prometheus reaches nothing',
        width: 8,
        query: 'sum by (job, instance) (up == 1)',
        columns: { job: 'Job', instance: 'Address' },
        sortBy: 'Job',
      }),
    ],
  },
)
