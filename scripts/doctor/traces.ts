/** What the doctor reads of the trace store: some traces of a service, each kind of span among them. */
import type { TraceStore } from '../lib/trace-store.ts'
import type { Span } from './finding.ts'

export interface Range {
  /** Milliseconds since the epoch. */
  from: number
  to: number
}

export interface Traces {
  spans: Span[]
  /** How many were read. */
  read: number
  /** Found and not read, as they are too large. */
  large: number
}

/** Which spans are looked for, and in how many traces of each: a rare kind must not hide behind a frequent one. */
const KINDS = [
  { role: 'inference', limit: 20 },
  { role: 'inference', failed: true, limit: 5 },
  { role: 'unrecognized', limit: 5 },
  { role: 'attempt', limit: 5 },
  { role: 'agent', limit: 3 },
  { role: 'tool', limit: 3 },
]

/** Spans of a trace above which it is not read: a few MB, of which Tempo needs many times as much memory. */
const LARGE = 1500

/** At most some 40 traces, one after another: the store keeps its memory. @throws where it does not answer. */
export async function readTraces(store: TraceStore, service: string, { from, to }: Range): Promise<Traces> {
  const found = new Map<string, number>()
  for (const { limit, ...kind } of KINDS)
    for (const { traceId, size } of await store.find({ service, ...kind }, limit, from, to))
      found.set(traceId, size)
  const small = [...found].filter(([, size]) => size <= LARGE)
  const spans: Span[] = []
  for (const [traceId] of small) spans.push(...(await store.spans(traceId)))
  return { spans, read: small.length, large: found.size - small.length }
}
