import { RunTree } from 'langsmith'
import { initializeOTEL } from 'langsmith/experimental/otel/setup'
import { startTracing as startPlain } from './plain.js'

/** LangSmith's runs as OpenTelemetry spans, by plain OpenTelemetry's exporter. */
export function startTracing() {
  process.env.LANGSMITH_TRACING = 'true'
  process.env.LANGSMITH_TRACING_MODE = 'otel'
  process.env.LANGSMITH_API_KEY = 'key'
  // It asks its own API what it can do, and waits long for the answer.
  process.env.LANGSMITH_ENDPOINT = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  const provider = startPlain()
  initializeOTEL({ globalTracerProvider: provider, skipGlobalContextManagerSetup: true })
  return {
    async forceFlush() {
      await RunTree.getSharedClient().awaitPendingTraceBatches()
      await provider.forceFlush()
    },
  }
}
