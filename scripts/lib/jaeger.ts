/** Jaeger's query API, version 3, which answers OTLP. */
import { countedOnce } from './counted-once.ts'
import { callsAmong, type StoredCall } from './stored-call.ts'
import { spansOf, type Otlp, type StoredSpan } from './stored-span.ts'
import type { FoundTrace, WantedSpan } from './trace-store.ts'

/** Traces in one answer; more, and the time range is halved. There are no pages, and no more than `max_traces` of jaeger/jaeger.yaml. */
const TRACES = 1000

/** As it is stored: by default Jaeger shifts what clocks that differ seem to have shifted. */
export const tracePath = (traceId: string) => `/api/v3/traces/${traceId}?raw_traces=true`

/** @throws where Jaeger does not answer, or refuses. */
export const readTrace = (jaegerUrl: string, traceId: string): Promise<StoredSpan[]> =>
  ask(jaegerUrl, tracePath(traceId))

/**
 * Every call that ended after `fromMs` and up to `toMs`, each once.
 *
 * @throws where Jaeger does not answer, or refuses.
 */
export async function callsInJaeger(jaegerUrl: string, fromMs: number, toMs: number): Promise<StoredCall[]> {
  // Jaeger searches by the start of spans, and a call may have begun long before the range.
  const spans = await search(jaegerUrl, fromMs - LONGEST_MS, toMs)
  return callsOf(spans).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

/** No call of a model takes longer. */
const LONGEST_MS = 3_600_000

/** The calls of these traces that ended after `fromMs` and up to `toMs`, each once. */
export async function callsOfTraces(
  jaegerUrl: string,
  traceIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const spans: StoredSpan[] = []
  for (let i = 0; i < traceIds.length; i += 16) {
    const read = traceIds.slice(i, i + 16).map((traceId) => readTrace(jaegerUrl, traceId))
    spans.push(...(await Promise.all(read)).flat())
  }
  return callsOf(spans).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

/** What was sent twice is stored twice. */
const callsOf = (spans: readonly StoredSpan[]): StoredCall[] =>
  countedOnce([
    ...new Map(callsAmong(spans).map((call) => [`${call.traceId} ${call.spanId}`, call])).values(),
  ])

async function search(jaegerUrl: string, fromMs: number, toMs: number): Promise<StoredSpan[]> {
  const query = new URLSearchParams({
    'query.start_time_min': new Date(fromMs).toISOString(),
    'query.start_time_max': new Date(toMs).toISOString(),
    'query.num_traces': String(TRACES),
    'query.raw_traces': 'true',
  })
  const spans = await ask(jaegerUrl, `/api/v3/traces?${query.toString()}`)
  if (new Set(spans.map(({ traceId }) => traceId)).size < TRACES) return spans
  if (toMs - fromMs <= 1)
    throw new Error(`Jaeger has ${TRACES} traces or more within a millisecond: too many to compare`)
  const middle = Math.floor((fromMs + toMs) / 2)
  return [...(await search(jaegerUrl, fromMs, middle)), ...(await search(jaegerUrl, middle, toMs))]
}

/** Traces of a service in which a span is looked for: over HTTP Jaeger cannot be asked for an attribute. */
const LOOKED_THROUGH = 100

/**
 * Some traces that have such a span, of the newest of the service.
 *
 * @throws where Jaeger does not answer, or refuses.
 */
export async function findTraces(
  jaegerUrl: string,
  { service, role, failed = false }: WantedSpan,
  limit: number,
  fromMs: number,
  toMs: number,
): Promise<FoundTrace[]> {
  const query = new URLSearchParams({
    'query.service_name': service,
    'query.start_time_min': new Date(fromMs).toISOString(),
    'query.start_time_max': new Date(toMs).toISOString(),
    'query.num_traces': String(LOOKED_THROUGH),
    'query.raw_traces': 'true',
  })
  const spans = await ask(jaegerUrl, `/api/v3/traces?${query.toString()}`)
  const isWanted = (span: StoredSpan) =>
    span.service === service &&
    span.attributes['genai.role'] === role &&
    (!failed || span.attributes['error.type'] !== undefined)
  return [...Map.groupBy(spans, ({ traceId }) => traceId)]
    .filter(([, trace]) => trace.some(isWanted))
    .slice(0, limit)
    .map(([traceId, { length: size }]) => ({ traceId, size }))
}

async function ask(jaegerUrl: string, path: string): Promise<StoredSpan[]> {
  const response = await fetch(jaegerUrl + path)
  if (response.status === 404) return []
  const text = await response.text()
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}: ${text.slice(0, 500)}`)
  return spansOf((JSON.parse(text) as { result?: Otlp }).result ?? {})
}
