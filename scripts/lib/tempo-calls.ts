import { countedOnce } from './counted-once.ts'
import { callsAmong, storedCall, type StoredCall } from './stored-call.ts'
import { readTrace } from './tempo.ts'

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
