import { calcPrice } from '@pydantic/genai-prices'
import { countedOnce } from '../../scripts/lib/counted-once.ts'
import { callsAmong } from '../../scripts/lib/stored-call.ts'
import type { StoredSpan } from '../../scripts/lib/stored-span.ts'
import type { Fixture } from './fixture.ts'
import type { Truth } from './truth.ts'

const TOKENS = {
  input: 'gen_ai.usage.input_tokens',
  cache_read: 'gen_ai.usage.cache_read.input_tokens',
  cache_write: 'gen_ai.usage.cache_write.input_tokens',
  cache_write_1h: 'genai.usage.cache_write.1h.input_tokens',
  output: 'gen_ai.usage.output_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
} as const

/** The APIs' words for why an answer ended, in the conventions' words. */
const FINISHES: Record<string, string> = {
  end_turn: 'stop',
  stop: 'stop',
  completed: 'stop',
  tool_use: 'tool_call',
  tool_calls: 'tool_call',
  max_tokens: 'length',
  length: 'length',
  STOP: 'stop',
  MAX_TOKENS: 'length',
}

/** What is wrong with normalised spans, measured against the fixture's truth; nothing, when all is right. */
export function problemsOf(fixture: Fixture, spans: StoredSpan[]): string[] {
  const counted = new Set(countedOnce(callsAmong(spans)).map(({ spanId }) => spanId))
  const calls = spans.filter(({ spanId }) => counted.has(spanId)).sort((a, b) => a.startMs - b.startMs)
  if (calls.length !== fixture.truth.length)
    return [`${calls.length} calls instead of ${fixture.truth.length}`]
  return calls.flatMap((call, i) => {
    const truth = fixture.truth[i] as Truth
    return [...problemsOfCall(fixture, truth, call)].map((problem) => `call ${i}: ${problem}`)
  })
}

function* problemsOfCall(
  { name, unsaid = [] }: Fixture,
  truth: Truth,
  { durationMs, attributes }: StoredSpan,
) {
  const said = (what: string) => !unsaid.includes(what)
  const differs = (what: string, key: string, expected: unknown) => {
    const actual = attributes[key]
    return actual === expected ? [] : [`${what}: ${key} is ${String(actual)} instead of ${String(expected)}`]
  }
  if (!name.startsWith(String(attributes['genai.dialect']))) {
    yield `recognised as ${String(attributes['genai.dialect'])}`
  }
  yield* differs('provider', 'gen_ai.provider.name', truth.provider)
  yield* differs('operation', 'gen_ai.operation.name', truth.operation ?? 'chat')
  if (said('request_model')) yield* differs('request_model', 'gen_ai.request.model', truth.request_model)
  if (said('model') && truth.model !== null) yield* differs('model', 'gen_ai.response.model', truth.model)

  for (const [what, key] of Object.entries(TOKENS)) {
    const expected = saidTokens(truth, what as keyof typeof TOKENS, said)
    if ((attributes[key] ?? 0) !== expected) yield* differs(what, key, expected)
  }
  const cost = said('cost') ? costOf(truth, said) : undefined
  const actual = attributes['gen_ai.usage.cost.amount'] as number | undefined
  if (cost === undefined ? actual !== undefined : !(Math.abs((actual ?? NaN) - cost) <= 1e-9 * cost)) {
    yield `cost: ${String(actual)} instead of ${String(cost)}`
  }

  const error = attributes['error.type']
  if ((error !== undefined) !== (truth.error_type !== null)) yield `error.type is ${String(error)}`
  else if (said('error_type') && truth.error_type !== null)
    yield* differs('error', 'error.type', truth.error_type)

  if (truth.error_type !== null) return
  if (said('finish_reason') && truth.stop_reason !== null) {
    yield* differs('finish', 'genai.finish_reason', FINISHES[truth.stop_reason])
  }
  const first = attributes['gen_ai.response.time_to_first_chunk']
  if (truth.stream && said('ttft')) {
    // The simulator begins its answers after 50 ms: less is a wrong unit, and so is more than the whole call.
    const sane = typeof first === 'number' && first >= 0.03 && first * 1000 <= durationMs
    if (!sane) yield `time to first chunk: ${String(first)} s of ${durationMs} ms`
  } else if (first !== undefined)
    yield `time to first chunk: ${JSON.stringify(first)}, which was not to be had`
}

/** What can be known of a call: what is left unsaid counts as 0, and unsaid `cached` input is not in the input either. */
function saidTokens(truth: Truth, what: keyof typeof TOKENS, said: (what: string) => boolean): number {
  if (!said(what)) return 0
  if (what === 'output' && truth.misstated_output !== undefined) return truth.misstated_output
  if (said('cached')) return truth[what]
  if (what === 'input') return truth.input - truth.cache_read - truth.cache_write
  return what.startsWith('cache_') ? 0 : truth[what]
}

/** Words of the conventions' registry that the data set does not know. */
const DATA_SET: Record<string, string> = { 'gcp.gen_ai': 'google', 'azure.ai.inference': 'azure' }

/** What the call cost by genai-prices, from what the spans say of it. undefined: no usage, so no cost. */
function costOf(truth: Truth, said: (what: string) => boolean): number | undefined {
  const tokens = (what: keyof typeof TOKENS) => saidTokens(truth, what, said)
  if (tokens('input') === 0 && tokens('output') === 0) return undefined
  const usage = {
    input_tokens: tokens('input'),
    cache_read_tokens: tokens('cache_read'),
    cache_write_tokens: tokens('cache_write'),
    cache_write_1h_tokens: tokens('cache_write_1h'),
    output_tokens: tokens('output'),
  }
  const model = (said('model') ? truth.model : null) ?? truth.request_model ?? ''
  const provider = DATA_SET[truth.provider] ?? truth.provider
  return calcPrice(usage, model, { providerId: provider })?.total_price
}

/** How many tokens the counters should have for a fixture. */
export function expectedTokens({ truth, unsaid = [] }: Fixture, what: 'input' | 'output'): number {
  return truth.reduce((sum, call) => sum + saidTokens(call, what, (said) => !unsaid.includes(said)), 0)
}
