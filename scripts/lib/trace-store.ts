import { CarefulReader } from './careful.ts'
import * as fromJaeger from './jaeger.ts'
import type { StoredCall } from './stored-call.ts'
import type { StoredSpan } from './stored-span.ts'
import { callsInTempo, callsOfTraces } from './tempo-calls.ts'
import * as fromTempo from './tempo.ts'

/** Where the Collector's traces are, as far as this repository reads them. All throw where it does not answer. What reads many traces is careful. */
export interface TraceStore {
  readonly name: string
  readonly url: string
  /** Where it answers a trace as OTLP in JSON. */
  address(traceId: string): string
  /** The spans of a trace by its id; none where it has no such trace yet. */
  spans(traceId: string): Promise<StoredSpan[]>
  /** Every call that ended after `fromMs` and up to `toMs`, each once. Those of the newest half minute may be missing. */
  calls(fromMs: number, toMs: number): Promise<StoredCall[]>
  /** The same, but of the traces that are named, and complete. */
  callsOf(traceIds: readonly string[], fromMs: number, toMs: number): Promise<StoredCall[]>
  /** Some traces that have such a span, `limit` at most. Those of the newest half minute may be missing. */
  find(wanted: WantedSpan, limit: number, fromMs: number, toMs: number): Promise<FoundTrace[]>
}

export interface WantedSpan {
  service: string
  /** `genai.role`. */
  role: string
  /** Failed calls only. */
  failed?: boolean
}

export interface FoundTrace {
  traceId: string
  /** How many spans it has, of all services. */
  size: number
}

export function tempo(url: string): TraceStore {
  const reader = new CarefulReader('Tempo', url)
  return {
    name: 'Tempo',
    url,
    address: (traceId) => `${url}${fromTempo.tracePath(traceId)}`,
    spans: (traceId) => fromTempo.readTrace(url, traceId),
    calls: (fromMs, toMs) => callsInTempo(reader, fromMs, toMs),
    callsOf: (traceIds, fromMs, toMs) => callsOfTraces(reader, traceIds, fromMs, toMs),
    find: (wanted, limit, fromMs, toMs) => fromTempo.findTraces(url, wanted, limit, fromMs, toMs),
  }
}

export function jaeger(url: string): TraceStore {
  const reader = new CarefulReader('Jaeger', url)
  return {
    name: 'Jaeger',
    url,
    address: (traceId) => `${url}${fromJaeger.tracePath(traceId)}`,
    spans: (traceId) => fromJaeger.readTrace(url, traceId),
    calls: (fromMs, toMs) => fromJaeger.callsInJaeger(reader, fromMs, toMs),
    callsOf: (traceIds, fromMs, toMs) => fromJaeger.callsOfTraces(reader, traceIds, fromMs, toMs),
    find: (wanted, limit, fromMs, toMs) => fromJaeger.findTraces(reader, wanted, limit, fromMs, toMs),
  }
}

/** Both, by the service in docker-compose.yml, with the port that it has there. */
export const TRACE_STORES = {
  tempo: { port: 3200, ready: '/ready', open: tempo },
  jaeger: { port: 16686, ready: '/api/v3/services', open: jaeger },
} as const
export type TraceStoreName = keyof typeof TRACE_STORES

/** The one that these images are of: Tempo, or Jaeger where there is no image of it. */
export const traceStoreOf = (images: Readonly<Record<string, string | undefined>>): TraceStoreName =>
  images['TEMPO_IMAGE'] === undefined ? 'jaeger' : 'tempo'
