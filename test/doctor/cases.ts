/**
 * What provokes each finding of the doctor: spans as real libraries exported them, and where none does, the same spans
 * with the one thing changed by hand that the finding is about.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asNow } from '../dialects/fixture.ts'
import type { Fixture } from '../dialects/fixture.ts'

type Otlp = Fixture['otlp']
type OtlpSpan = Otlp['resourceSpans'][number]['scopeSpans'][number]['spans'][number]
type Value = NonNullable<OtlpSpan['attributes']>[number]['value']

interface Case {
  /** Under test/. */
  from: string
  /** What is changed by hand; nothing where the library's own spans have it. */
  byHand?: (otlp: Otlp) => void
  /** After the service has its name, and the times are now. */
  last?: (otlp: Otlp) => void
  /** The service that it is found of, where it is not the case's own. */
  service?: string
}

const fixture = (name: string) => `dialects/fixtures/${name}.json`
const program = (name: string) => `programs/fixtures/${name}.json`

const spansOf = ({ resourceSpans }: Otlp) =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
const each = (change: (span: OtlpSpan) => void) => (otlp: Otlp) => spansOf(otlp).forEach(change)

/** Of numbers fixture.ts knows nothing. */
const value = (given: string | number): Value =>
  typeof given === 'string'
    ? { stringValue: given }
    : ((Number.isInteger(given) ? { intValue: String(given) } : { doubleValue: given }) as unknown as Value)
/** On each span that has a model: a call. */
const set = (attributes: Record<string, string | number | undefined>) =>
  each((span) => {
    if (!span.attributes?.some(({ key }) => key === 'gen_ai.request.model')) return
    for (const [name, given] of Object.entries(attributes)) {
      span.attributes = span.attributes.filter(({ key }) => key !== name)
      if (given !== undefined) span.attributes.push({ key: name, value: value(given) })
    }
  })
const all =
  (...changes: ((otlp: Otlp) => void)[]) =>
  (otlp: Otlp) =>
    changes.forEach((change) => change(otlp))
const resource = (name: string, given: string | undefined) => (otlp: Otlp) => {
  for (const { resource = {} } of otlp.resourceSpans) {
    resource.attributes = (resource.attributes ?? []).filter(({ key }) => key !== name)
    if (given !== undefined) resource.attributes.push({ key: name, value: value(given) })
  }
}
/** They were recorded with the simulator in the place of the provider. */
const toHost = (host: string) =>
  each((span) => {
    for (const attribute of span.attributes ?? []) {
      const { stringValue } = attribute.value
      if (['server.address', 'url.full', 'http.url', 'net.peer.name', 'http.host'].includes(attribute.key))
        attribute.value = { stringValue: stringValue!.replace(/127\.0\.0\.1|localhost|llm-simulator/, host) }
    }
  })
const shift = (seconds: number) =>
  each((span) => {
    const later = (time: string) => String(BigInt(time) + BigInt(seconds) * 1_000_000_000n)
    span.startTimeUnixNano = later(span.startTimeUnixNano)
    span.endTimeUnixNano = later(span.endTimeUnixNano)
  })

const anthropic = fixture('anthropic-sdk/anthropic-plain')
const openai = fixture('semconv-python/openai-plain')

export const CASES: Record<string, Case> = {
  'stream-without-usage': { from: fixture('openllmetry-python/old-anthropic-stream') },
  'usage-missing': { from: fixture('openllmetry-js/openai-stream') },
  'usage-on-event': {
    from: openai,
    byHand: each((span) => {
      const isUsage = ({ key }: { key: string }) => key.startsWith('gen_ai.usage.')
      const usage = (span.attributes ?? []).filter(isUsage)
      if (usage.length === 0) return
      span.attributes = span.attributes!.filter((attribute) => !isUsage(attribute))
      span.events = [{ timeUnixNano: span.endTimeUnixNano, name: 'usage', attributes: usage } as never]
    }),
  },
  'usage-half': { from: anthropic, byHand: set({ 'gen_ai.usage.output_tokens': undefined }) },
  'input-zero': { from: openai, byHand: set({ 'gen_ai.usage.input_tokens': 0 }) },
  'tokens-unusable': { from: openai, byHand: set({ 'gen_ai.usage.input_tokens': -5 }) },
  'basis-unknown': {
    from: openai,
    byHand: set({
      'gen_ai.provider.name': 'my_provider',
      'gen_ai.usage.cached_input_tokens': 3,
      'gen_ai.usage.total_tokens': 100_000,
    }),
  },
  'cached-tokens-missing': { from: fixture('semconv-python/openai-v2-cached') },
  unrecognized: { from: openai, byHand: set({ 'gen_ai.operation.name': 'ponder' }) },
  'model-unknown': { from: fixture('codex/session') },
  'response-model-missing': { from: fixture('claude-code/plain') },
  unpriced: {
    from: anthropic,
    byHand: all(
      toHost('api.anthropic.com'),
      set({ 'gen_ai.request.model': 'claude-next', 'gen_ai.response.model': 'claude-next' }),
    ),
  },
  'unpriced-gateway': {
    from: anthropic,
    byHand: set({ 'gen_ai.request.model': 'house-model', 'gen_ai.response.model': 'house-model' }),
  },
  'cost-unusable': {
    from: openai,
    byHand: set({ 'gen_ai.usage.cost.amount': -1, 'gen_ai.usage.cost.source': 'provider' }),
  },
  'server-tools-unpriced': {
    from: anthropic,
    byHand: set({ 'gen_ai.response.model': 'claude-3-opus', 'genai.usage.web_searches': 2 }),
  },
  'attempts-missing': { from: fixture('openinference/openai-plain') },
  'retries-hidden': { from: fixture('anthropic-sdk/retried') },
  'not-instrumented': { from: program('node-openai-7/openai-plain'), byHand: toHost('api.openai.com') },
  'first-chunk-missing': { from: fixture('openllmetry-python/anthropic-stream') },
  'first-chunk-unusable': {
    from: fixture('anthropic-sdk/anthropic-stream'),
    byHand: set({ 'gen_ai.response.time_to_first_chunk': -1.5 }),
  },
  'finish-reason-missing': { from: fixture('semconv-python/openai-v2-stream') },
  'error-without-type': {
    from: fixture('anthropic-sdk/python-error'),
    byHand: set({ 'error.type': undefined }),
  },
  'error-type-unusable': { from: fixture('anthropic-sdk/python-error'), byHand: set({ 'error.type': '' }) },
  'timed-out': {
    from: fixture('anthropic-sdk/python-error'),
    byHand: set({ 'error.type': 'APITimeoutError' }),
  },
  'tool-name-missing': {
    from: fixture('agent-framework/anthropic-tools'),
    byHand: each((span) => {
      span.attributes = (span.attributes ?? []).filter(({ key }) => key !== 'gen_ai.tool.name')
    }),
  },
  'agent-name-missing': { from: fixture('ai-sdk-7/plain') },
  'feature-missing': { from: openai },
  'endpoint-missing': { from: openai },
  'names-unusable': { from: anthropic, byHand: set({ 'gen_ai.response.model': '' }) },
  'text-not-utf8': { from: anthropic, byHand: set({ 'gen_ai.response.model': 'claude-\uFFFD' }) },
  'label-is-identifier': { from: anthropic, byHand: set({ 'app.feature': 'order-84112907' }) },
  'service-name-missing': {
    from: anthropic,
    last: resource('service.name', undefined),
    service: 'unknown_service',
  },
  'environment-missing': { from: openai },
  'service-version-missing': { from: openai },
  'sdk-old': { from: openai, byHand: resource('telemetry.sdk.version', '1.9.0') },
  'library-old': { from: fixture('openllmetry-python/old-anthropic-plain') },
  'clock-ahead': { from: anthropic, last: shift(900) },
  'clock-behind': { from: anthropic, last: shift(-13 * 3600) },
  'times-unusable': {
    from: anthropic,
    last: each((span) => {
      const { startTimeUnixNano, endTimeUnixNano } = span
      Object.assign(span, { startTimeUnixNano: endTimeUnixNano, endTimeUnixNano: startTimeUnixNano })
    }),
  },
  'duration-unknown': { from: fixture('codex/session') },
  'parents-missing': {
    from: fixture('ai-sdk-6/plain'),
    byHand: (otlp) => {
      for (const { scopeSpans } of otlp.resourceSpans)
        for (const scope of scopeSpans) scope.spans = scope.spans.filter(({ parentSpanId }) => parentSpanId)
    },
  },
  'ids-missing': {
    from: anthropic,
    last: each((span) => {
      span.spanId = ''
    }),
  },
  'layers-doubled': { from: fixture('anthropic-sdk/with-server-span') },
  'sampling-unusable': {
    from: anthropic,
    byHand: each((span) => Object.assign(span, { traceState: 'ot=th:ffffffffffffff' })),
  },
  'content-sent': { from: fixture('openinference/anthropic-plain') },
}

export const serviceOf = (id: string) => CASES[id]!.service ?? `doctor/${id}`

/** What to send, as if it had just happened. */
export function otlpOf(id: string): Otlp {
  const { from, byHand, last } = CASES[id]!
  const read = JSON.parse(readFileSync(join(import.meta.dirname, '..', from), 'utf8')) as Fixture
  byHand?.(read.otlp)
  const { otlp } = asNow({ ...read, name: `doctor/${id}` })
  last?.(otlp)
  return otlp
}

/** What no case here provokes: a limit reached, two traces with one response, a Collector that refuses, content that is kept. */
export const NOT_PROVOKED = [
  'series-overflow',
  'reported-twice',
  'collector-refused-spans',
  'collector-refused-metric-points',
  'collector-refused-log-records',
  'collector-lost-spans',
  'collector-lost-metric-points',
  'collector-lost-log-records',
  'content-stored',
]
