import type { Instrumentation } from '@opentelemetry/instrumentation'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** Starts the SDK with spans kept in memory. Once per test file: what OpenTelemetry sets globally stays. */
export function recordSpans(instrumentations: Instrumentation[] = []) {
  const exporter = new InMemorySpanExporter()
  const sdk = new NodeSDK({
    autoDetectResources: false,
    instrumentations,
    metricReaders: [],
    logRecordProcessors: [],
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  sdk.start()
  return {
    /** The ended spans since the last call. */
    take(): ReadableSpan[] {
      const spans = exporter.getFinishedSpans()
      exporter.reset()
      return spans
    },
    async stop(): Promise<void> {
      // Node's diagnostics channels are the process', and the next test file may run in this one.
      for (const instrumentation of instrumentations) instrumentation.disable()
      await sdk.shutdown()
    },
  }
}
