/** With the sampling overlay, Tempo keeps a share, the metrics are exact, and their exemplars lead to traces that are kept. */
import { eventually } from '../../scripts/lib/eventually.ts'
import { readTrace } from '../../scripts/lib/tempo.ts'
import { call, CALLS, COST, countedTotal, INPUT, USD_PER_CALL } from '../lib/calls.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline({
    configs: ['overlays/sampling.yaml'],
    // 1 %, decided after 5 s.
    environment: { SAMPLING_BELOW: '028f', SAMPLING_WAIT: '5s' },
  })
}, 120_000)
afterAll(() => pipeline.stop())

const total = (metric: string) => countedTotal(pipeline.prometheusUrl, metric, 'service_name="sampled"')
const isKept = async (traceId: string) => (await readTrace(pipeline.tempoUrl, traceId)).length > 0
/** How many of these traces are kept; one after another, as Tempo refuses what comes all at once. */
async function countKept(traceIds: readonly string[]): Promise<number> {
  let kept = 0
  for (const traceId of traceIds) if (await isKept(traceId)) kept++
  return kept
}

test('totals are exact at 1 %, and what matters is kept', async () => {
  const plain = Array.from({ length: 3000 }, newTraceId)
  const kept: Record<string, SpanInput> = {
    failed: call({}, { traceId: newTraceId(), status: 'error' }),
    expensive: call({ 'gen_ai.usage.input_tokens': 900_000 }, { traceId: newTraceId() }),
    slow: call({}, { traceId: newTraceId(), duration: 61_000 }),
    'without a price': call(
      { 'gen_ai.request.model': 'new-model', 'gen_ai.response.model': 'new-model' },
      { traceId: newTraceId() },
    ),
    flagged: call({ 'gen_ai.usage.output_tokens': -1 }, { traceId: newTraceId() }),
  }
  for (let i = 0; i < plain.length; i += 500) {
    const spans = plain.slice(i, i + 500).map((traceId) => call({}, { traceId }))
    await sendSpans(pipeline.otlpUrl, { service: 'sampled', spans })
  }
  await sendSpans(pipeline.otlpUrl, { service: 'sampled', spans: Object.values(kept) })

  await eventually(async () => {
    expect(await total(CALLS)).toBe(3005)
    expect(await total(INPUT)).toBe(3004 * 10 + 900_000)
    // One has no price, one no output tokens.
    expect(await total(COST)).toBeCloseTo(3002 * USD_PER_CALL + 0.900005 + 0.00001, 9)
  })
  await eventually(async () => {
    for (const [why, { traceId }] of Object.entries(kept)) {
      expect([why, await isKept(traceId!)]).toEqual([why, true])
    }
  })
  // The share is decided by the trace's id.
  const share = plain.filter((traceId) => traceId.slice(-4) < '028f')
  await eventually(async () => expect(await countKept(share)).toBe(share.length))
  const others = plain.filter((traceId) => traceId.slice(-4) >= '028f').slice(0, 200)
  expect(await countKept(others)).toBe(0)
})

test('every exemplar leads to a trace that is kept', async () => {
  const url = new URL('/api/v1/query_exemplars', pipeline.prometheusUrl)
  url.search = String(
    new URLSearchParams({
      query: 'gen_ai_client_inference_duration_seconds_bucket{service_name="sampled"}',
      start: String(Date.now() / 1000 - 600),
      end: String(Date.now() / 1000 + 60),
    }),
  )
  const { data } = (await (await fetch(url)).json()) as {
    data: { exemplars: { labels: { trace_id: string } }[] }[]
  }
  const traceIds = [
    ...new Set(data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id))),
  ]
  expect(traceIds.length).toBeGreaterThanOrEqual(2)
  expect(await countKept(traceIds)).toBe(traceIds.length)
})
