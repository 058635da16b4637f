import { spansOf, type Otlp, type StoredSpan } from './stored-span.ts'
import type { FoundTrace, WantedSpan } from './trace-store.ts'

export const tracePath = (traceId: string) => `/api/v2/traces/${traceId}`

/**
 * The spans of a trace by its id, which Tempo finds at once; search lags behind. None where it has no such trace yet.
 *
 * @throws where Tempo answers anything but the trace or 404.
 */
export async function readTrace(tempoUrl: string, traceId: string): Promise<StoredSpan[]> {
  const response = await fetch(tempoUrl + tracePath(traceId), {
    headers: { accept: 'application/json' },
  })
  if (response.status === 404) return []
  if (!response.ok) throw new Error(`Tempo answered ${response.status}: ${await response.text()}`)
  return spansOfAnswer(await response.text())
}

/** @throws where Tempo says that it answers a part of the trace only. */
export function spansOfAnswer(text: string): StoredSpan[] {
  const {
    trace = {},
    status,
    message,
  } = JSON.parse(text) as {
    trace?: Otlp
    status?: string
    message?: string
  }
  if (status === 'PARTIAL') throw new Error(`Tempo answers a part of a trace only: ${message}`)
  return spansOf(trace)
}

/**
 * Some traces that have such a span. A span without a name of its service is not found: TraceQL refuses to ask for none.
 *
 * @throws where Tempo does not answer, or refuses the query.
 */
export async function findTraces(
  tempoUrl: string,
  { service, role, failed = false }: WantedSpan,
  limit: number,
  fromMs: number,
  toMs: number,
): Promise<FoundTrace[]> {
  const conditions = [
    `resource.service.name = ${JSON.stringify(service)}`,
    `span.genai.role = ${JSON.stringify(role)}`,
    ...(failed ? ['span.error.type != nil'] : []),
  ]
  const query = new URLSearchParams({
    q: `{ ${conditions.join(' && ')} }`,
    limit: String(limit),
    spss: '1',
    start: String(Math.floor(fromMs / 1000)),
    end: String(Math.ceil(toMs / 1000)),
  })
  const response = await fetch(`${tempoUrl}/api/search?${query.toString()}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`Tempo answered ${response.status}: ${text.slice(0, 500)}`)
  const { traces = [] } = JSON.parse(text) as {
    traces?: { traceID: string; serviceStats?: Record<string, { spanCount?: number }> }[]
  }
  return traces.map(({ traceID, serviceStats = {} }) => ({
    // Tempo leaves leading zeros out.
    traceId: traceID.padStart(32, '0'),
    size: Object.values(serviceStats).reduce((sum, { spanCount = 0 }) => sum + spanCount, 0),
  }))
}
