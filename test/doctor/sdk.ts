/** What only an SDK knows of itself: Node's own metrics, as its default set-up sends them. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'

/** What is set wrong, by the finding that it leads to. */
const MISTAKES = {
  'sdk-dropped': { maxQueueSize: 5, url: undefined, ratio: undefined },
  'sdk-export-failed': { maxQueueSize: 100, url: 'http://127.0.0.1:1/v1/traces', ratio: undefined },
  'sampled-silently': { maxQueueSize: 100, url: undefined, ratio: 0.25 },
} as const
export const SDK_CASES = Object.keys(MISTAKES) as (keyof typeof MISTAKES)[]

/** Starts and ends 40 spans with the mistake, and sends what the SDK says of them. */
export async function sendMistake(otlpUrl: string, id: keyof typeof MISTAKES): Promise<void> {
  const { maxQueueSize, url = `${otlpUrl}/v1/traces`, ratio } = MISTAKES[id]
  const resource = resourceFromAttributes({ 'service.name': `doctor/${id}` })
  const metrics = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${otlpUrl}/v1/metrics` }),
        exportIntervalMillis: 600_000,
      }),
    ],
  })
  const self = { selfObsMeterProvider: metrics }
  const traces = new TracerProvider({
    resource,
    meterProvider: metrics,
    ...(ratio !== undefined && { sampler: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url, timeoutMillis: 500, ...self }),
        maxQueueSize,
        maxExportBatchSize: 5,
        scheduledDelayMillis: 600_000,
        ...self,
      }),
    ],
  })
  const tracer = traces.getTracer('doctor')
  for (let i = 0; i < 40; i++) tracer.startSpan('work').end()
  await traces.forceFlush().catch(() => undefined)
  await metrics.shutdown()
  await traces.shutdown().catch(() => undefined)
}
