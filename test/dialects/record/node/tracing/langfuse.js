import { LangfuseSpanProcessor } from '@langfuse/otel'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

/** Langfuse's own span processor, exporting to a Collector. */
export function startTracing() {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dialect-recorder' }),
    spanProcessors: [
      new LangfuseSpanProcessor({ exporter: new OTLPTraceExporter(), publicKey: 'key', secretKey: 'key' }),
    ],
  })
  provider.register()
  return provider
}
