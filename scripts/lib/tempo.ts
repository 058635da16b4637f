import { spansOf, type Otlp, type StoredSpan } from './stored-span.ts'

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
