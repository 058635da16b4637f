import type { Finding } from '../finding.ts'

const collector = (signal: string, what: 'refused' | 'failed') =>
  what === 'refused'
    ? `otelcol_receiver_refused_${signal}_total`
    : `otelcol_exporter_send_failed_${signal}_total`

export const delivery: Finding[] = [
  ...(
    [
      ['spans', 'spans'],
      ['metric_points', 'metric points'],
      ['log_records', 'log records'],
    ] as const
  ).flatMap(([signal, unit]): Finding[] => [
    {
      id: `collector-refused-${signal.replace('_', '-')}`,
      severity: 'wrong',
      says: `The Collector refused ${unit}.`,
      so: 'SDKs try again for some time, and drop what they cannot send.',
      fix: 'Give the Collector more memory, or send less (alerts/runbooks/OtelCollectorRefusing.md).',
      counter: { metric: collector(signal, 'refused'), by: ['receiver'], unit, of: 'collector' },
    },
    {
      id: `collector-lost-${signal.replace('_', '-')}`,
      severity: 'wrong',
      says: `A store refused ${unit} for good.`,
      so: 'They are lost.',
      fix: 'Read the Collector’s log for the store’s answer (alerts/runbooks/OtelCollectorExportFailing.md).',
      counter: { metric: collector(signal, 'failed'), by: ['exporter'], unit, of: 'collector' },
    },
  ]),
  {
    id: 'sdk-dropped',
    severity: 'wrong',
    says: 'The SDK dropped spans before it sent them.',
    so: 'Calls are missing from every number.',
    fix: 'Raise `OTEL_BSP_MAX_QUEUE_SIZE` (2,048), or lower `OTEL_BSP_SCHEDULE_DELAY` (5,000 ms).',
    counter: {
      metric: 'otel_sdk_processor_span_processed_total',
      of: 'sdk',
      matchers: 'error_type="queue_full"',
      by: ['error_type'],
      unit: 'spans',
    },
  },
  {
    id: 'sdk-export-failed',
    severity: 'wrong',
    says: 'The SDK could not send spans.',
    so: 'Calls are missing from every number.',
    fix: 'Check `OTEL_EXPORTER_OTLP_ENDPOINT`: port 4317 for gRPC, 4318 for HTTP, `http://` without TLS.',
    counter: {
      // Where the exporter does not count, as in Node's set-up by environment, the processor does.
      metric: '',
      of: 'sdk',
      matchers:
        '__name__=~"otel_sdk_(processor_span_processed|exporter_span_exported)_total", error_type!~"|queue_full"',
      by: ['error_type'],
      unit: 'spans',
    },
  },
]
