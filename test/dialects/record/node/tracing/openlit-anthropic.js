import { trace } from '@opentelemetry/api'
import { createRequire } from 'node:module'

/** OpenLIT, which brings OpenTelemetry with it; without metrics and events, which nobody receives here. */
export function startTracing() {
  const { default: Openlit } = createRequire(import.meta.url)('openlit')
  Openlit.init({
    applicationName: 'dialect-recorder',
    otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
    disableMetrics: true,
    disableEvents: true,
    // It would be fetched; USD per 1,000 tokens.
    pricingJson: JSON.stringify({
      chat: {
        'claude-sonnet-5': { promptPrice: 0.002, completionPrice: 0.01 },
        'gpt-5-mini': { promptPrice: 0.00025, completionPrice: 0.002 },
      },
    }),
  })
  return trace.getTracerProvider().getDelegate()
}
