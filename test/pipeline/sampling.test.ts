/** With the sampling overlay, a share of the traces is kept, the metrics are exact, and their exemplars lead to traces that are kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call, CALLS, COST, countedTotal, INPUT, USD_PER_CALL } from '../lib/calls.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline({
    configs: ['overlays/sampling.yaml'],
    // 1 %. Decided 5 s after the root, as all of these are.
    environment: { SAMPLING_BELOW: '028f' },
  })
}, 120_000)
afterAll(() => pipeline.stop())

const total = (metric: string) => countedTotal(pipeline.prometheusUrl, metric, 'service_name="sampled"')
const isKept = async (traceId: string) => (await pipeline.traces.spans(traceId)).length > 0
/** How many of these traces are kept; one after another, as Tempo refuses what comes all at once. */
async function countKept(traceIds: readonly string[]): Promise<number> {
  let kept = 0
  for (const traceId of traceIds) if (await isKept(traceId)) kept++
  return kept
}

/** The share is decided by the trace's id. */
const inShare = (traceId: string) => traceId.slice(-4) < '028f'
/** Of a trace that only what is in it can keep. */
function notInShare(): string {
  const traceId = newTraceId()
  return inShare(traceId) ? notInShare() : traceId
}

/** Of each other role that has durations. */
const OTHERS: Record<string, SpanInput> = {
  tool: { attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' } },
  agent: { attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'support' } },
  request: { kind: 'server', attributes: { 'http.request.method': 'POST', 'app.endpoint': 'POST /ask' } },
}
/** Kept, and shown by an exemplar. */
const shown = new Map<string, string>()

test('totals are exact at 1 %, and what matters is kept', async () => {
  const plain = Array.from({ length: 3000 }, newTraceId)
  const kept: Record<string, SpanInput> = {
    failed: call({}, { traceId: notInShare(), status: 'error' }),
    'failed by its type': call({ 'error.type': 'rate_limit_error' }, { traceId: notInShare() }),
    expensive: call(
      { 'gen_ai.usage.input_tokens': 900_000, 'app.feature': 'dear' },
      { traceId: notInShare() },
    ),
    slow: call({}, { traceId: notInShare(), duration: 61_000 }),
    'without a price': call(
      { 'gen_ai.request.model': 'new-model', 'gen_ai.response.model': 'new-model' },
      { traceId: notInShare() },
    ),
    flagged: call({ 'gen_ai.usage.output_tokens': -1 }, { traceId: notInShare() }),
  }
  for (const why of ['failed', 'failed by its type', 'expensive']) shown.set(why, kept[why]!.traceId!)
  const others = Object.entries(OTHERS).flatMap(([role, span]): SpanInput[] => {
    const failed = notInShare()
    shown.set(`failed ${role}`, failed)
    const dropped = Array.from({ length: 10 }, () => ({ ...span, traceId: notInShare() }))
    return [...dropped, { ...span, traceId: failed, status: 'error' }]
  })
  for (let i = 0; i < plain.length; i += 500) {
    const spans = plain.slice(i, i + 500).map((traceId) => call({}, { traceId }))
    await sendSpans(pipeline.otlpUrl, { service: 'sampled', spans })
  }
  await sendSpans(pipeline.otlpUrl, { service: 'sampled', spans: [...Object.values(kept), ...others] })

  await eventually(async () => {
    expect(await total(CALLS)).toBe(3006)
    expect(await total(INPUT)).toBe(3005 * 10 + 900_000)
    // One has no price, one no output tokens.
    expect(await total(COST)).toBeCloseTo(3003 * USD_PER_CALL + 0.900005 + 0.00001, 9)
  })
  await eventually(async () => {
    for (const [why, { traceId }] of Object.entries(kept)) {
      expect([why, await isKept(traceId!)]).toEqual([why, true])
    }
  })
  const share = plain.filter(inShare)
  await eventually(async () => expect(await countKept(share)).toBe(share.length))
  const dropped = plain.filter((traceId) => !inShare(traceId)).slice(0, 200)
  expect(await countKept(dropped)).toBe(0)

  // What comes after the decision follows it.
  const [traceId, gone] = [kept['failed']!.traceId!, dropped[0]!]
  const late = [call({}, { traceId }), call({}, { traceId: gone, status: 'error' })]
  await sendSpans(pipeline.otlpUrl, { service: 'late', spans: late })
  await eventually(async () => expect(await pipeline.traces.spans(traceId)).toHaveLength(2))
  // Longer than a decision takes.
  await sleep(10_000)
  expect(await isKept(gone)).toBe(false)
})

test('every exemplar leads to a trace that is kept', async () => {
  const url = new URL('/api/v1/query_exemplars', pipeline.prometheusUrl)
  url.search = String(
    new URLSearchParams({
      query: '{__name__=~".+_duration_seconds", service_name="sampled"}',
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
  // Of those that are kept for what they are, and known to be at once: all.
  expect([...shown].filter(([, traceId]) => !traceIds.includes(traceId))).toEqual([])
  expect(await countKept(traceIds)).toBe(traceIds.length)
})

test('a storm of errors stays within its part of the budget, and leaves the others theirs', async () => {
  const budgeted = await startPipeline({
    configs: ['overlays/sampling.yaml'],
    // 30 % for errors: 15 a second.
    environment: { SAMPLING_BELOW: '0000', SAMPLING_SPANS_PER_SECOND: '50' },
  })
  try {
    const storm = Array.from({ length: 1000 }, () => call({}, { traceId: newTraceId(), status: 'error' }))
    const expensive = call({ 'gen_ai.usage.input_tokens': 900_000 }, { traceId: newTraceId() })
    await sendSpans(budgeted.otlpUrl, { service: 'storm', spans: [...storm, expensive] })
    const stored = async (traceId: string) => (await budgeted.traces.spans(traceId)).length
    await eventually(async () => expect(await stored(expensive.traceId!)).toBe(1))
    await sleep(5000)
    let kept = 0
    for (const { traceId } of storm) kept += await stored(traceId!)
    expect(kept).toBeGreaterThan(0)
    // They are decided within some seconds.
    expect(kept).toBeLessThan(150)
  } finally {
    await budgeted.stop()
  }
}, 120_000)
