/**
 * What provokes each finding of the doctor: a program that makes the mistake with real libraries, spans as real
 * libraries exported them, or where none does, the same spans with one thing changed by hand.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Library } from '../../scripts/doctor/libraries.ts'
import { asNow } from '../dialects/fixture.ts'
import type { Fixture } from '../dialects/fixture.ts'

type Otlp = Fixture['otlp']
type OtlpSpan = Otlp['resourceSpans'][number]['scopeSpans'][number]['spans'][number]
type Value = NonNullable<OtlpSpan['attributes']>[number]['value']

interface Case {
  /** What was recorded, under test/; else its program in mistakes.ts. */
  from?: string
  /** What is changed by hand; nothing where the library's own spans have it. */
  byHand?: (otlp: Otlp) => void
  /** The service that it is found of, where it is not the case's own. */
  service?: string
  /** Whose own fix is to be named; the general one unless said. */
  library?: Library
  /** Sent to the Collector that keeps content. */
  keepsContent?: boolean
}

const program: Case = {}
const fixture = (name: string) => `dialects/fixtures/${name}.json`

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

const anthropic = fixture('anthropic-sdk/anthropic-plain')
const openai = fixture('semconv-python/openai-plain')

export const CASES: Record<string, Case> = {
  'stream-without-usage': {
    from: fixture('openllmetry-python/old-anthropic-stream'),
    library: 'openllmetry-python',
  },
  'usage-missing': { from: fixture('openllmetry-js/openai-stream'), library: 'openllmetry-js' },
  'usage-on-event': program,
  'usage-half': program,
  'input-zero': program,
  'tokens-unusable': program,
  'basis-unknown': program,
  'cached-tokens-missing': {
    from: fixture('semconv-python/openai-v2-cached'),
    library: 'otel-openai-v2',
  },
  unrecognized: program,
  'model-unknown': program,
  'response-model-missing': program,
  unpriced: program,
  'unpriced-gateway': program,
  'cost-unusable': program,
  'server-tools-unpriced': {
    from: anthropic,
    byHand: set({ 'gen_ai.response.model': 'claude-3-opus', 'genai.usage.web_searches': 2 }),
  },
  'attempts-missing': { from: fixture('openinference/openai-plain') },
  'retries-hidden': { from: fixture('anthropic-sdk/retried') },
  'not-instrumented': program,
  'first-chunk-missing': {
    from: fixture('openllmetry-python/anthropic-stream'),
    library: 'openllmetry-python',
  },
  'first-chunk-unusable': program,
  'finish-reason-missing': { from: fixture('semconv-python/openai-v2-stream'), library: 'otel-openai-v2' },
  'error-without-type': program,
  'error-type-unusable': program,
  'timed-out': program,
  'tool-name-missing': program,
  'agent-name-missing': { from: fixture('ai-sdk-7/plain'), library: 'ai-sdk-7' },
  'feature-missing': { from: openai },
  'endpoint-missing': { from: openai },
  'names-unusable': program,
  'text-not-utf8': program,
  'label-is-identifier': program,
  'service-name-missing': { service: 'unknown_service:node' },
  'environment-missing': { from: openai },
  'service-version-missing': { from: openai },
  'sdk-old': { from: 'doctor/fixtures/old-sdk.json' },
  'library-old': { from: fixture('openllmetry-python/old-anthropic-plain') },
  'clock-ahead': program,
  'clock-behind': program,
  'times-unusable': program,
  'duration-unknown': { from: fixture('codex/session') },
  'parents-missing': program,
  'ids-missing': {
    from: anthropic,
    byHand: each((span) => {
      span.spanId = ''
    }),
  },
  'layers-doubled': program,
  'reported-twice': program,
  'sampled-silently': program,
  'sampling-unusable': program,
  'sdk-dropped': program,
  'sdk-export-failed': program,
  'content-stored': { from: fixture('openinference/anthropic-plain'), keepsContent: true },
  'content-sent': { from: fixture('google-adk/v1-anthropic-cached'), library: 'google-adk' },
}

export const serviceOf = (id: string) => CASES[id]!.service ?? `doctor/${id}`
const nameOf = (id: string) => `doctor/${id}`

/** What to send of a recorded case, as if it had just happened. */
export function otlpOf(id: string): Otlp {
  const { from, byHand } = CASES[id]!
  const read = JSON.parse(readFileSync(join(import.meta.dirname, '..', from!), 'utf8')) as Fixture
  const { otlp } = asNow({ ...read, name: nameOf(id) })
  byHand?.(otlp)
  return otlp
}

/** Runs a case's program to its end. @throws where it fails */
export async function runProgram(id: string, otlpUrl: string, simulatorUrl: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'mistakes.ts'), id], {
    env: {
      PATH: process.env['PATH'],
      OTEL_SERVICE_NAME: nameOf(id),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      ANTHROPIC_BASE_URL: simulatorUrl,
      OPENAI_BASE_URL: `${simulatorUrl}/v1`,
      ANTHROPIC_API_KEY: 'any',
      OPENAI_API_KEY: 'any',
    },
    timeout: 60_000,
  })
}

/** What no case here provokes: a limit reached, a Collector or a store that refuses. */
export const NOT_PROVOKED = [
  'series-overflow',
  'collector-refused-spans',
  'collector-refused-metric-points',
  'collector-refused-log-records',
  'collector-lost-spans',
  'collector-lost-metric-points',
  'collector-lost-log-records',
]
