/** Jaeger's query API, version 3, which answers OTLP. */
import { CarefulReader, Page, Refused, TooLarge } from './careful.ts'
import { countedOnce } from './counted-once.ts'
import { callsAmong, type StoredCall } from './stored-call.ts'
import { spansOf, type Otlp, type StoredSpan } from './stored-span.ts'
import type { FoundTrace, WantedSpan } from './trace-store.ts'

/**
 * Traces in one answer, at first and at most; more, and the time range is halved. There are no pages, and no more than
 * `max_traces` of jaeger/jaeger.yaml. Jaeger answers whole traces, however large.
 */
const FEW = 4
const TRACES = 1000

/** As it is stored: by default Jaeger shifts what clocks that differ seem to have shifted. */
export const tracePath = (traceId: string) => `/api/v3/traces/${traceId}?raw_traces=true`

/** @throws where Jaeger does not answer, or refuses. */
export async function readTrace(jaegerUrl: string, traceId: string): Promise<StoredSpan[]> {
  const response = await fetch(jaegerUrl + tracePath(traceId))
  if (response.status === 404) return []
  const text = await response.text()
  if (!response.ok) throw new Refused('Jaeger', response.status, text)
  return spansOfAnswer(text)
}

const spansOfAnswer = (text: string): StoredSpan[] =>
  spansOf((JSON.parse(text) as { result?: Otlp }).result ?? {})

/**
 * Every call that ended after `fromMs` and up to `toMs`, each once.
 *
 * @throws where Jaeger does not answer, or refuses.
 */
export async function callsInJaeger(
  reader: CarefulReader,
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  // Jaeger searches by the start of spans, and a call may have begun long before the range.
  const calls = await search(reader, new Page(FEW, TRACES), fromMs - LONGEST_MS, toMs)
  return eachOnce(calls).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

/** No call of a model takes longer. */
const LONGEST_MS = 3_600_000

/** The calls of these traces that ended after `fromMs` and up to `toMs`, each once. */
export async function callsOfTraces(
  reader: CarefulReader,
  traceIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const read = await Promise.all(
    traceIds.map(async (traceId) => {
      const answer = await reader.read(tracePath(traceId))
      return answer === undefined ? [] : callsAmong(spansOfAnswer(answer.text))
    }),
  )
  return eachOnce(read.flat()).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

/** What was sent twice is stored twice. */
const eachOnce = (calls: readonly StoredCall[]): StoredCall[] =>
  countedOnce([...new Map(calls.map((call) => [`${call.traceId} ${call.spanId}`, call])).values()])

async function search(
  reader: CarefulReader,
  page: Page,
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const smallest = toMs - fromMs <= 1
  const limit = smallest ? TRACES : page.size
  const query = new URLSearchParams({
    'query.start_time_min': new Date(fromMs).toISOString(),
    'query.start_time_max': new Date(toMs).toISOString(),
    'query.num_traces': String(limit),
    'query.raw_traces': 'true',
  })
  try {
    const answer = await reader.read(`/api/v3/traces?${query.toString()}`)
    if (answer === undefined) return []
    page.adapt(answer.bytes)
    const spans = spansOfAnswer(answer.text)
    if (new Set(spans.map(({ traceId }) => traceId)).size < limit) return callsAmong(spans)
  } catch (error) {
    if (!(error instanceof TooLarge) || smallest) throw error
    page.adapt(Infinity)
  }
  if (smallest)
    throw new Error(`Jaeger has ${TRACES} traces or more within a millisecond: too many to compare`)
  const middle = Math.floor((fromMs + toMs) / 2)
  // One after the other: each says how much the next may ask for.
  return [...(await search(reader, page, fromMs, middle)), ...(await search(reader, page, middle, toMs))]
}

/** Traces of a service in which a span is looked for: over HTTP Jaeger cannot be asked for an attribute. */
const LOOKED_THROUGH = 100

/**
 * Some traces that have such a span, of the newest of the service.
 *
 * @throws where Jaeger does not answer, or refuses.
 */
export async function findTraces(
  reader: CarefulReader,
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
  const answer = await reader.read(`/api/v3/traces?${query.toString()}`)
  const spans = answer === undefined ? [] : spansOfAnswer(answer.text)
  const isWanted = (span: StoredSpan) =>
    span.service === service &&
    span.attributes['genai.role'] === role &&
    (!failed || span.attributes['error.type'] !== undefined)
  return [...Map.groupBy(spans, ({ traceId }) => traceId)]
    .filter(([, trace]) => trace.some(isWanted))
    .slice(0, limit)
    .map(([traceId, { length: size }]) => ({ traceId, size }))
}
