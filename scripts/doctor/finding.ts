import type { StoredSpan } from '../lib/stored-span.ts'
import type { Library } from './libraries.ts'

/** A span as the store has it, after the Collector. */
export type Span = StoredSpan

/** What is known of one service in one range of time. */
export interface Look {
  service: string
  /** Its calls, each once: the innermost layer that tells the usage. */
  calls: readonly Span[]
  /** Its spans that have a role: calls of every layer, attempts, tools, agents. */
  spans: readonly Span[]
  /** All spans of the traces that were read, of other services too. */
  traces: readonly Span[]
}

/** A counter in Prometheus, in PromQL: what must not have risen. */
export interface Counter {
  /** Empty where the matchers name it. */
  metric: string
  /** Label matchers beside the service. */
  matchers?: string
  /** Labels whose values are told. */
  by?: readonly string[]
  /** What is counted. */
  unit: string
  /** Of the Collector as a whole, or metrics of the application's SDK, which name their service as `job`; else counted by the Collector, of the service. */
  of?: 'collector' | 'sdk'
}

/** One thing that can be wrong: a row of docs/doctor.md. */
export interface Finding {
  id: string
  /** wrong: a number is wrong. hidden: something cannot be seen. waste: it costs, and changes no number. */
  severity: 'wrong' | 'hidden' | 'waste'
  /** What is wrong, in a sentence. */
  says: string
  /** What follows from it. */
  so: string
  fix: string
  /** Where a library needs another. */
  fixes?: Partial<Record<Library, string>>
  /** Looks at each of these. `spans` are those with a role. */
  among?: 'calls' | 'spans' | 'traces'
  /** Whether a span has it. A text is an example of it. */
  where?: (span: Span, look: Look) => boolean | string | undefined
  counter?: Counter
  /** Where this holds, the counter is not looked at. */
  unless?: (look: Look) => boolean
}

export const text = (span: Span, key: string): string => {
  const value = span.attributes[key]
  return typeof value === 'string' ? value : ''
}
export const number = (span: Span, key: string): number | undefined => {
  const value = span.attributes[key]
  return typeof value === 'number' ? value : undefined
}
export const has = (span: Span, key: string) => span.attributes[key] !== undefined

/** What the Collector could not use of a span (scripts/explain/flags.ts). */
export function flagsOf({ attributes: { 'genai.flag': flags } }: Span): string[] {
  if (Array.isArray(flags)) return flags.map(String)
  return typeof flags === 'string' ? [flags] : []
}

/** The counter of flagged calls whose flag fits. */
export const flagged = (pattern: string): Counter => ({
  metric: 'gen_ai_client_inference_flagged_total',
  matchers: `genai_flag=~".*(${pattern}).*"`,
  by: ['genai_flag'],
  unit: 'calls',
})

export const hasFlag = (pattern: RegExp) => (span: Span) => flagsOf(span).find((flag) => pattern.test(flag))
export const roleOf = (span: Span) => text(span, 'genai.role')
export const hasFailed = (span: Span) => has(span, 'error.type')
export const isChat = (span: Span) => text(span, 'gen_ai.operation.name') !== 'embeddings'
const STREAM_KEYS = [
  'gen_ai.request.stream',
  'gen_ai.request.is_stream',
  'gen_ai.response.streaming',
  'gen_ai.is_streaming',
  'llm.is_streaming',
  'llm.openai.stream',
  'langsmith.request.streaming',
  'litellm.request.streaming',
]
/** A first chunk is one of a stream. Some libraries have neither, and say nothing. */
export const isStream = (span: Span) =>
  has(span, 'gen_ai.response.time_to_first_chunk') ||
  STREAM_KEYS.some((key) => /^true$/i.test(String(span.attributes[key]))) ||
  text(span, 'ai.operationId').endsWith('.doStream')
