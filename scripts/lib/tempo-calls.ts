import { countedOnce, type ReportedCall } from './counted-once.ts'
import { readTrace, type StoredSpan } from './tempo.ts'

/** An inference or embeddings span as Tempo has it, as far as it is counted. */
export interface StoredCall extends ReportedCall {
  /** The model that answered, else the one that was asked for; empty where the span names none. */
  model: string
  /** Milliseconds since the epoch. */
  endMs: number
  /** USD; 0 where no price is known. */
  cost: number
  /** How many calls it stands for: more than 1 where the application's sampler left calls out, and said so. */
  standsFor: number
}

interface Found {
  traces?: {
    traceID: string
    spanSets?: {
      matched: number
      spans: {
        spanID: string
        startTimeUnixNano: string
        durationNanos?: string
        attributes?: {
          key: string
          value: { stringValue?: string; intValue?: string; doubleValue?: number }
        }[]
      }[]
    }[]
  }[]
}

/** Traces in one answer; more, and the time range is halved. Tempo has no pages. */
const TRACES = 10_000
/** Spans of a trace in one answer: what Tempo allows unless told otherwise. A trace with more is read by its id. */
const SPANS_PER_TRACE = 100

const QUERY = `{ span.genai.role = "inference" } | select(${[
  'resource.service.name',
  'span.gen_ai.response.model',
  'span.gen_ai.request.model',
  'span.gen_ai.usage.input_tokens',
  'span.gen_ai.usage.output_tokens',
  'span.gen_ai.usage.cost.amount',
  'span.genai.adjusted_count',
  'span.gen_ai.provider.name',
  'span.genai.layer',
  'span.genai.dialect',
  'span.error.type',
  'span:parentID',
].join(', ')})`

/**
 * Every call that ended after `fromMs` and up to `toMs`, each once, however often its span was sent and however many
 * layers reported it. A call of the newest half minute may be missing: search lags behind.
 *
 * @throws where Tempo does not answer, or refuses the query.
 */
export async function callsInTempo(tempoUrl: string, fromMs: number, toMs: number): Promise<StoredCall[]> {
  const calls = new Map<string, StoredCall>()
  for (const call of await search(tempoUrl, Math.floor(fromMs / 1000), Math.ceil(toMs / 1000)))
    calls.set(`${call.traceId} ${call.spanId}`, call)
  return countedOnce([...calls.values()]).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

async function search(tempoUrl: string, start: number, end: number): Promise<StoredCall[]> {
  const url = new URL('/api/search', tempoUrl)
  url.search = String(
    new URLSearchParams({
      q: QUERY,
      limit: String(TRACES),
      spss: String(SPANS_PER_TRACE),
      start: String(start),
      end: String(end),
    }),
  )
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`Tempo answered ${response.status}: ${text.slice(0, 500)}`)
  const { traces = [] } = JSON.parse(text) as Found
  if (traces.length >= TRACES) {
    if (end - start <= 1)
      throw new Error(`Tempo has ${TRACES} traces or more within one second: too many to compare`)
    const middle = Math.floor((start + end) / 2)
    return [...(await search(tempoUrl, start, middle)), ...(await search(tempoUrl, middle, end))]
  }
  const calls = await Promise.all(
    traces.map(async ({ traceID, spanSets = [] }) => {
      // Tempo leaves leading zeros out.
      const traceId = traceID.padStart(32, '0')
      if (spanSets.some(({ matched, spans }) => matched > spans.length)) return readCalls(tempoUrl, traceId)
      return spanSets.flatMap(({ spans }) =>
        spans.map(({ spanID, startTimeUnixNano, durationNanos = '0', attributes = [] }) =>
          storedCall(
            traceId,
            spanID,
            Number((BigInt(startTimeUnixNano) + BigInt(durationNanos)) / 1000n) / 1000,
            Object.fromEntries(
              attributes.map(({ key, value }) => [
                key,
                value.stringValue ?? Number(value.intValue ?? value.doubleValue ?? 0),
              ]),
            ),
          ),
        ),
      )
    }),
  )
  return calls.flat()
}

/**
 * The same, but of the traces that some calls are in, each read by its id. Tempo's search shows of a trace that lies in
 * several of its blocks the spans of one (those with most): a trace whose spans came seconds apart may look short.
 */
export async function callsOfTraces(
  tempoUrl: string,
  traceIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const calls: StoredCall[] = []
  // Enough to keep Tempo busy, and not more.
  for (let i = 0; i < traceIds.length; i += 16) {
    const read = traceIds.slice(i, i + 16).map((traceId) => readCalls(tempoUrl, traceId))
    calls.push(...(await Promise.all(read)).flat())
  }
  return countedOnce(calls).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

const readCalls = async (tempoUrl: string, traceId: string) => callsAmong(await readTrace(tempoUrl, traceId))

/** Those of these spans that report a call. */
export const callsAmong = (spans: readonly StoredSpan[]): StoredCall[] =>
  spans
    .filter(({ attributes }) => attributes['genai.role'] === 'inference')
    .map(({ traceId, spanId, parentSpanId, service, startMs, durationMs, attributes }) =>
      storedCall(traceId, spanId, startMs + durationMs, {
        ...attributes,
        'service.name': service,
        'span:parentID': parentSpanId,
      }),
    )

function storedCall(
  traceId: string,
  spanId: string,
  endMs: number,
  attributes: Record<string, unknown>,
): StoredCall {
  const number = (key: string) => (typeof attributes[key] === 'number' ? attributes[key] : 0)
  const text = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : '')
  return {
    traceId,
    spanId,
    parentSpanId: text('span:parentID') || undefined,
    service: text('service.name'),
    provider: text('gen_ai.provider.name'),
    layer: text('genai.layer'),
    dialect: text('genai.dialect'),
    // Every failed call has a type (understand/normalize/error.yaml).
    failed: text('error.type') !== '',
    // A label is cut there, too.
    model: (text('gen_ai.response.model') || text('gen_ai.request.model')).slice(0, 256),
    endMs,
    input: number('gen_ai.usage.input_tokens'),
    output: number('gen_ai.usage.output_tokens'),
    cost: number('gen_ai.usage.cost.amount'),
    standsFor: number('genai.adjusted_count') || 1,
  }
}
