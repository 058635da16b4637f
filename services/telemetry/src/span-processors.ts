import { diag } from '@opentelemetry/api'
import { BaggageSpanProcessor } from '@opentelemetry/baggage-span-processor'
import { getNumberFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { appKeys } from './app-context.ts'
import { PatientExporter } from './patient-exporter.ts'

const known = new Set<string>(Object.values(appKeys))

/**
 * What happens to spans: the application context goes from baggage onto each, and then it goes where
 * `OTEL_TRACES_EXPORTER` says: `otlp` (default), `console`, several of them, or `none`; `more` see it last.
 *
 * The batch is tuned by the specification's variables; the defaults differ where a demo or an LLM service needs
 * it: sent after 1 s rather than 5, and 8,192 spans kept for up to 5 minutes while the Collector is away. An answer is
 * waited for a minute, not 10 s: a batch that is sent again although it was received counts twice. (The exporter's own
 * last try gets what the others have left of it.)
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function spanProcessors(...more: SpanProcessor[]): SpanProcessor[] {
  const names = new Set(getStringListFromEnv('OTEL_TRACES_EXPORTER') ?? ['otlp'])
  const exporting = [...names].flatMap((name) => exportingProcessor(name) ?? [])
  if (exporting.length === 0) return []
  return [new BaggageSpanProcessor((key) => known.has(key)), ...exporting, ...more]
}

function exportingProcessor(name: string): SpanProcessor | undefined {
  switch (name) {
    case 'otlp': {
      const patience = getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT') ?? 300_000
      const timeoutMillis =
        getNumberFromEnv('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ??
        getNumberFromEnv('OTEL_EXPORTER_OTLP_TIMEOUT') ??
        60_000
      return new BatchSpanProcessor({
        exporter: new PatientExporter(new OTLPTraceExporter({ timeoutMillis }), patience),
        scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY') ?? 1000,
        maxQueueSize: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE') ?? 8192,
        maxExportBatchSize: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 512,
        // The last try may itself take its whole timeout.
        exportTimeoutMillis: patience + timeoutMillis + 5000,
      })
    }
    case 'console':
      return new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })
    case 'none':
      return undefined
    default:
      diag.warn(`OTEL_TRACES_EXPORTER: there is no exporter "${name}"; otlp, console and none are known.`)
      return undefined
  }
}
