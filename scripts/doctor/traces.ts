/** What the doctor reads of the trace store: some traces of a service, each kind of span among them. */
import { readTrace } from '../lib/tempo.ts'
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
  ['span.genai.role = "inference"', 20],
  ['span.genai.role = "inference" && span.error.type != nil', 5],
  ['span.genai.role = "unrecognized"', 5],
  ['span.genai.role = "attempt"', 5],
  ['span.genai.role = "agent"', 3],
  ['span.genai.role = "tool"', 3],
] as const

/** Spans of a trace above which it is not read: a few MB, of which Tempo needs many times as much memory. */
const LARGE = 1500

/** At most some 40 traces, one after another: Tempo keeps its memory. @throws where the store does not answer. */
export async function readTraces(tempoUrl: string, service: string, range: Range): Promise<Traces> {
  const found = new Map<string, number>()
  for (const [kind, limit] of KINDS) {
    for (const { traceId, spans } of await search(
      tempoUrl,
      `{ ${ofService(service)} && ${kind} }`,
      limit,
      range,
    ))
      found.set(traceId, spans)
  }
  const small = [...found].filter(([, spans]) => spans <= LARGE)
  const spans: Span[] = []
  for (const [traceId] of small) spans.push(...(await readTrace(tempoUrl, traceId)))
  return { spans, read: small.length, large: found.size - small.length }
}

/** A span without a name of its service is not found by it: TraceQL refuses to ask for none. */
const ofService = (service: string) => `resource.service.name = ${JSON.stringify(service)}`

interface Found {
  traces?: { traceID: string; serviceStats?: Record<string, { spanCount?: number }> }[]
}

async function search(tempoUrl: string, traceql: string, limit: number, { from, to }: Range) {
  const url = new URL('/api/search', tempoUrl)
  url.search = String(
    new URLSearchParams({
      q: traceql,
      limit: String(limit),
      spss: '1',
      start: String(Math.floor(from / 1000)),
      end: String(Math.ceil(to / 1000)),
    }),
  )
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`Tempo answered ${response.status}: ${text.slice(0, 500)}`)
  return ((JSON.parse(text) as Found).traces ?? []).map(({ traceID, serviceStats = {} }) => ({
    // Tempo leaves leading zeros out.
    traceId: traceID.padStart(32, '0'),
    spans: Object.values(serviceStats).reduce((sum, { spanCount = 0 }) => sum + spanCount, 0),
  }))
}
