/**
 * One application under load: a process with the real OpenTelemetry SDK, that makes spans of model calls, and knows
 * what it made. Started by load.ts; makes a trace a second until it is told to stop, then sends what is left, and tells.
 *
 * LOAD_RATE: spans per second. LOAD_SDK: `kit` for the exporter settings of services/telemetry, `stock` for the SDK's.
 */
import { context, SpanKind, trace } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import type { ExportResult } from '@opentelemetry/core'
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { spanProcessors } from '../../../services/telemetry/src/span-processors.ts'
import { MODELS } from './models.ts'

/** What a process tells at its end. A call is `[spanId, index in MODELS, input tokens, output tokens]`. */
export interface Made {
  service: string
  traces: [traceId: string, spanIds: string[]][]
  calls: [spanId: string, model: number, input: number, output: number][]
  /** Ids of the spans whose receipt the Collector has acknowledged. */
  acknowledged: string[]
}

const rate = Number(process.env['LOAD_RATE'])
const service = process.env['OTEL_SERVICE_NAME']!
const made: Made = { service, traces: [], calls: [], acknowledged: [] }

// What is acknowledged is what the real exporter reports as sent.
interface Exporter {
  export(spans: { spanContext(): { spanId: string } }[], done: (result: ExportResult) => void): void
}
const exporter = OTLPExporterBase.prototype as unknown as Exporter
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its exporter
const send = exporter.export
exporter.export = function (this: Exporter, spans, done) {
  send.call(this, spans, (result) => {
    if (result.code === ExportResultCode.SUCCESS) {
      made.acknowledged.push(...spans.map((span) => span.spanContext().spanId))
    }
    done(result)
  })
}

const sdk = new NodeSDK({
  serviceName: service,
  resourceDetectors: [],
  instrumentations: [],
  ...(process.env['LOAD_SDK'] === 'kit' ? { spanProcessors: spanProcessors() } : {}),
})
sdk.start()
// As an SDK's own spans, which are counted at once.
const tracer = trace.getTracer('com.anthropic.sdk.typescript')

const TICK = 40
let due = 0
let number = 0
let root = tracer.startSpan('request', { kind: SpanKind.SERVER })
let spanIds: string[] = [root.spanContext().spanId]

function nextTrace() {
  root.end()
  made.traces.push([root.spanContext().traceId, spanIds])
  root = tracer.startSpan('request', { kind: SpanKind.SERVER })
  spanIds = [root.spanContext().spanId]
}

function call() {
  const i = number++
  const model = i % MODELS.length
  const { provider, name } = MODELS[model]!
  const input = (i % 97) + 1
  const output = (i % 13) + 1
  const span = tracer.startSpan(
    `chat ${name}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': name,
        'gen_ai.response.model': name,
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': output,
      },
    },
    trace.setSpan(context.active(), root),
  )
  span.end()
  spanIds.push(span.spanContext().spanId)
  made.calls.push([span.spanContext().spanId, model, input, output])
}

let ticks = 0
const timer = setInterval(() => {
  // One span of each trace is its root.
  due += ((rate - 1) * TICK) / 1000
  for (; due >= 1; due--) call()
  if (++ticks % (1000 / TICK) === 0) nextTrace()
}, TICK)

process.on('message', () => {
  clearInterval(timer)
  nextTrace()
  void sdk.shutdown().then(
    () => process.send!(made, () => process.exit()),
    (error: unknown) => {
      console.error(error)
      process.send!(made, () => process.exit())
    },
  )
})
