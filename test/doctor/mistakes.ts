/**
 * Programs that make one mistake each, with the SDKs of OpenTelemetry, OpenAI and Anthropic: `node mistakes.ts <finding>`.
 * cases.ts runs them against the simulator. Where the SDK traces nothing itself, the span is written by hand, as
 * articles show it.
 */
import Anthropic from '@anthropic-ai/sdk'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Span, SpanOptions } from '@opentelemetry/api'
import { TraceState } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor, SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Sampler } from '@opentelemetry/sdk-trace'
import OpenAI from 'openai'
import { lookup } from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, setGlobalDispatcher } from 'undici'

interface Mistake {
  /** Before the SDK starts. */
  prepare?: () => void
  environment?: Record<string, string>
  sdk?: () => ConstructorParameters<typeof NodeSDK>[0]
  run: () => Promise<unknown>
}

/** What a span of a call tells, when it is right. */
type Told = Attributes

/** OpenAI's SDK, and a span around it with what `change` makes of the right attributes. */
async function ask(
  change: (told: Told, span: Span) => Attributes = (told) => told,
  options: SpanOptions = {},
) {
  return tracer().startActiveSpan('chat gpt-5-mini', options, async (span) => {
    const { model, usage, choices, id } = await new OpenAI().chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'Where is my parcel?' }],
    })
    span.setAttributes(
      change(
        {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.response.model': model,
          'gen_ai.response.id': id,
          'gen_ai.response.finish_reasons': [choices[0]!.finish_reason],
          'gen_ai.usage.input_tokens': usage!.prompt_tokens,
          'gen_ai.usage.output_tokens': usage!.completion_tokens,
        },
        span,
      ),
    )
    span.end()
  })
}

/** The same of a call that fails, with what `tell` tells of it. */
const fail = (client: OpenAI, model: string, tell: (span: Span, error: Error) => void) =>
  tracer().startActiveSpan(`chat ${model}`, async (span) => {
    span.setAttributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
    })
    try {
      await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello?' }] })
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message })
      tell(span, error as Error)
    }
    span.end()
  })

/** Anthropic's SDK, which traces itself. */
const askClaude = (model = 'claude-sonnet-5') =>
  new Anthropic().messages.create({
    model,
    max_tokens: 200,
    messages: [{ role: 'user', content: 'Where is my parcel?' }],
  })

const tracer = () => trace.getTracer('my-app')
const without = (told: Told, ...keys: string[]) =>
  Object.fromEntries(Object.entries(told).filter(([key]) => !keys.includes(key)))
const shiftClock = (minutes: number) => () => {
  const now = Date.now.bind(Date)
  Date.now = () => now() + minutes * 60_000
}
/** The simulator under the name of a provider: spans name the host that was asked for. */
const resolveTo = (variable: string, host: string) => () => {
  const simulator = new URL(process.env[variable]!)
  process.env[variable] = process.env[variable]!.replace(simulator.hostname, host)
  const toHere: typeof lookup = Object.assign(
    (_: string, options: object, done: never) => lookup(simulator.hostname, options, done),
    lookup,
  )
  setGlobalDispatcher(new Agent({ connect: { lookup: toHere } }))
}
const rejectsAll: Sampler = {
  shouldSample: () => ({
    decision: SamplingDecision.RECORD_AND_SAMPLED,
    traceState: new TraceState('ot=th:ffffffffffffff'),
  }),
  toString: () => 'rejectsAll',
}
/** What the SDK counts of itself, in time. */
const OWN_METRICS = {
  OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_METRIC_EXPORT_TIMEOUT: '900',
}
const many = async () => {
  for (let i = 0; i < 40; i++) tracer().startSpan('work').end()
  await sleep(4000)
}

const MISTAKES: Record<string, Mistake> = {
  'usage-on-event': {
    run: () =>
      ask((told, span) => {
        const usage = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens']
        span.addEvent('usage', Object.fromEntries(usage.map((key) => [key, told[key]])))
        return without(told, ...usage)
      }),
  },
  'usage-half': { run: () => ask((told) => without(told, 'gen_ai.usage.output_tokens')) },
  'input-zero': { run: () => ask((told) => ({ ...told, 'gen_ai.usage.input_tokens': 0 })) },
  'tokens-unusable': { run: () => ask((told) => ({ ...told, 'gen_ai.usage.input_tokens': -1 })) },
  'basis-unknown': {
    run: () =>
      ask((told) => ({
        ...told,
        'gen_ai.provider.name': 'my_gateway',
        'gen_ai.usage.cached_input_tokens': 3,
        // Of the whole session.
        'gen_ai.usage.total_tokens': 100_000,
      })),
  },
  unrecognized: { run: () => ask((told) => ({ ...told, 'gen_ai.operation.name': 'ask' })) },
  'model-unknown': {
    run: () => ask((told) => without(told, 'gen_ai.request.model', 'gen_ai.response.model')),
  },
  'response-model-missing': { run: () => ask((told) => without(told, 'gen_ai.response.model')) },
  unpriced: {
    prepare: resolveTo('ANTHROPIC_BASE_URL', 'api.anthropic.com'),
    run: () => askClaude('claude-next'),
  },
  'unpriced-gateway': { run: () => askClaude('claude-of-the-house') },
  'cost-unusable': {
    run: () =>
      ask((told) => ({ ...told, 'gen_ai.usage.cost.amount': -1, 'gen_ai.usage.cost.source': 'provider' })),
  },
  'not-instrumented': {
    prepare: resolveTo('OPENAI_BASE_URL', 'api.openai.com'),
    sdk: () => ({ instrumentations: [new UndiciInstrumentation()] }),
    run: () =>
      new OpenAI().chat.completions.create({
        model: 'gpt-5-mini',
        messages: [{ role: 'user', content: 'Where is my parcel?' }],
      }),
  },
  'first-chunk-unusable': {
    run: () =>
      ask((told) => ({
        ...told,
        // Two clocks.
        'gen_ai.response.time_to_first_chunk': (performance.now() - Date.now()) / 1000,
      })),
  },
  'error-without-type': { run: () => fail(new OpenAI(), 'no-such-model', () => undefined) },
  'error-type-unusable': {
    run: () =>
      fail(new OpenAI(), 'no-such-model', (span, error) => span.setAttribute('error.type', error.stack!)),
  },
  'timed-out': {
    run: () =>
      fail(new OpenAI({ timeout: 1, maxRetries: 0 }), 'gpt-5-mini', (span, error) =>
        span.setAttribute('error.type', error.constructor.name),
      ),
  },
  'tool-name-missing': {
    run: () =>
      ask((told) => {
        tracer()
          .startSpan('execute_tool', { attributes: { 'gen_ai.operation.name': 'execute_tool' } })
          .end()
        return told
      }),
  },
  'names-unusable': {
    run: () => ask((told) => ({ ...told, 'app.feature': 'Where is my parcel? '.repeat(20) })),
  },
  'text-not-utf8': { run: () => ask((told) => ({ ...told, 'app.feature': '🎁 gifts'.slice(0, 1) })) },
  'label-is-identifier': {
    run: () => ask((told) => ({ ...told, 'app.endpoint': 'POST /orders/84112907/chat' })),
  },
  'service-name-missing': {
    prepare: () => delete process.env['OTEL_SERVICE_NAME'],
    run: () => askClaude(),
  },
  'clock-ahead': { prepare: shiftClock(15), run: () => ask() },
  'clock-behind': { prepare: shiftClock(-13 * 60), run: () => ask() },
  'times-unusable': { run: () => ask((told) => told, { startTime: new Date(0) }) },
  'parents-missing': { run: () => tracer().startActiveSpan('POST /chat', () => ask()) },
  'layers-doubled': {
    run: () =>
      tracer().startActiveSpan('chat claude-sonnet-5', async (span) => {
        const { model, usage } = await askClaude()
        span.setAttributes({
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': 'claude-sonnet-5',
          'gen_ai.response.model': model,
          'gen_ai.usage.input_tokens': usage.input_tokens,
          'gen_ai.usage.output_tokens': usage.output_tokens,
        })
        span.end()
      }),
  },
  'reported-twice': {
    // A second set-up of its own, which knows nothing of the first one's context.
    async run() {
      const own = new TracerProvider({
        resource: resourceFromAttributes({ 'service.name': process.env['OTEL_SERVICE_NAME']! }),
        spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
      })
      for (let i = 0; i < 24; i++) {
        const span = own.getTracer('my-observability').startSpan('chat', { root: true })
        const { id, model, usage } = await askClaude()
        span.setAttributes({
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': 'claude-sonnet-5',
          'gen_ai.response.id': id,
          'gen_ai.response.model': model,
          'gen_ai.usage.input_tokens': usage.input_tokens,
          'gen_ai.usage.output_tokens': usage.output_tokens,
        })
        span.end()
      }
      await own.shutdown()
    },
  },
  'sampling-unusable': { sdk: () => ({ sampler: rejectsAll }), run: () => ask() },
  'sampled-silently': {
    environment: { ...OWN_METRICS, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    run: many,
  },
  'sdk-dropped': { environment: { ...OWN_METRICS, OTEL_BSP_MAX_QUEUE_SIZE: '5' }, run: many },
  'sdk-export-failed': {
    environment: {
      ...OWN_METRICS,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    run: many,
  },
}

const { prepare, environment = {}, sdk: options, run } = MISTAKES[process.argv[2]!]!
Object.assign(process.env, environment)
prepare?.()
const sdk = new NodeSDK(options?.())
sdk.start()
await run()
await sdk.shutdown()
