import { CarefulReader, Page, TooLarge } from './careful.ts'
import { countedOnce } from './counted-once.ts'
import { callsAmong, storedCall, type StoredCall } from './stored-call.ts'
import { spansOfAnswer, tracePath } from './tempo.ts'

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

/** Traces in one answer, at first and at most; more, and the time range is halved. Tempo has no pages. */
const FEW = 250
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
export async function callsInTempo(
  reader: CarefulReader,
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const calls = new Map<string, StoredCall>()
  const page = new Page(FEW, TRACES)
  for (const call of await search(reader, page, Math.floor(fromMs / 1000), Math.ceil(toMs / 1000)))
    calls.set(`${call.traceId} ${call.spanId}`, call)
  return countedOnce([...calls.values()]).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

async function search(reader: CarefulReader, page: Page, start: number, end: number): Promise<StoredCall[]> {
  const smallest = end - start <= 1
  const limit = smallest ? TRACES : page.size
  const query = new URLSearchParams({
    q: QUERY,
    limit: String(limit),
    spss: String(SPANS_PER_TRACE),
    start: String(start),
    end: String(end),
  })
  let traces: Found['traces']
  try {
    const { text, bytes } = (await reader.read(`/api/search?${query.toString()}`)) ?? { text: '{}', bytes: 0 }
    traces = (JSON.parse(text) as Found).traces ?? []
    page.adapt(bytes)
  } catch (error) {
    if (!(error instanceof TooLarge) || smallest) throw error
    page.adapt(Infinity)
  }
  if (traces === undefined || traces.length >= limit) {
    if (smallest) throw new Error(`Tempo has ${TRACES} traces or more within one second: too many to compare`)
    const middle = Math.floor((start + end) / 2)
    // One after the other: each says how much the next may ask for.
    return [...(await search(reader, page, start, middle)), ...(await search(reader, page, middle, end))]
  }
  const calls = await Promise.all(
    traces.map(async ({ traceID, spanSets = [] }) => {
      // Tempo leaves leading zeros out.
      const traceId = traceID.padStart(32, '0')
      if (spanSets.some(({ matched, spans }) => matched > spans.length)) return readCalls(reader, traceId)
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
  reader: CarefulReader,
  traceIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredCall[]> {
  const calls = (await Promise.all(traceIds.map((traceId) => readCalls(reader, traceId)))).flat()
  return countedOnce(calls).filter(({ endMs }) => endMs > fromMs && endMs <= toMs)
}

/** For about a second, while it writes a trace from memory to disk, Tempo 3 answers that the trace has no spans. */
const LOOKS = 4
const BETWEEN_LOOKS = 2000

async function readCalls(reader: CarefulReader, traceId: string): Promise<StoredCall[]> {
  for (let look = 1; ; look++) {
    const answer = await reader.read(tracePath(traceId))
    if (answer === undefined) return []
    const spans = spansOfAnswer(answer.text)
    if (spans.length > 0 || look === LOOKS) return callsAmong(spans)
    await reader.pause(BETWEEN_LOOKS)
  }
}
