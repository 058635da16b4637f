/**
 * Spans as the libraries themselves exported them, through the real Collector: each model call is counted once, with
 * the tokens, model, cost and error that the simulator's ledger has for it. How they are recorded: record/.
 */
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { expectedTokens, problemsOf } from './compare.ts'
import { asNow, readFixtures } from './fixture.ts'

const fixtures = readFixtures()

const moved = new Map(fixtures.map((fixture) => [fixture, asNow(fixture)]))

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline({ environment: { GENAI_AGENTS: 'spans' } })
  for (const { otlp } of moved.values()) {
    const response = await fetch(`${pipeline.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(otlp),
    })
    if (!response.ok) throw new Error(`the Collector answered ${response.status}: ${await response.text()}`)
  }
}, 180_000)
afterAll(() => pipeline.stop())

test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
  const { traceIds, spanCount } = moved.get(fixture)!
  const spans = await eventually(async () => {
    const stored = await Promise.all(traceIds.map((traceId) => pipeline.traces.spans(traceId)))
    expect(stored.flat()).toHaveLength(spanCount)
    return stored.flat()
  })
  expect(problemsOf(fixture, spans)).toEqual([])
  // What a known library tells beside its calls is not taken for usage that nobody counts.
  expect(spans.filter(({ attributes }) => attributes['genai.role'] === 'unrecognized')).toEqual([])
})

test('the counters have the same tokens, to the last', async () => {
  for (const [what, metric] of [
    ['input', 'gen_ai_client_inference_usage_input_tokens_total'],
    ['output', 'gen_ai_client_inference_usage_output_tokens_total'],
  ] as const) {
    const expected = Object.fromEntries(
      fixtures.flatMap((fixture) => {
        const tokens = expectedTokens(fixture, what)
        return tokens > 0 ? [[fixture.name, tokens]] : []
      }),
    )
    await eventually(async () => {
      const counted = await query(pipeline.prometheusUrl, `sum by (service_name) (${metric}) > 0`)
      expect(Object.fromEntries(counted.map(({ labels, value }) => [labels.service_name, value]))).toEqual(
        expected,
      )
    })
  }
}, 120_000)
