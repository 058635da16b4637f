import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { resourceFromAttributes } from '@opentelemetry/resources'

/**
 * Plain OpenTelemetry, as the libraries' own documentation sets it up, exporting OTLP/JSON.
 *
 * @param {{ processors?: import('@opentelemetry/sdk-trace-node').SpanProcessor[] }} options more span processors
 */
export function startTracing({ processors = [] } = {}) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dialect-recorder' }),
    spanProcessors: [...processors, new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  return provider
}
