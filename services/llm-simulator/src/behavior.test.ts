import { Behavior, behaviorPatchSchema } from './behavior.ts'
import { Clock } from './clock.ts'

const patched = (patch: unknown) => {
  const behavior = new Behavior(new Clock())
  behavior.patch(behaviorPatchSchema.parse(patch))
  return behavior
}

test('the longest prefix that fits overrides', () => {
  const behavior = patched({
    output_tokens: 10,
    models: { 'claude-': { output_tokens: 20 }, 'claude-opus': { output_tokens: 30 } },
  })
  expect(behavior.for('gpt-5').output_tokens).toBe(10)
  expect(behavior.for('claude-sonnet-5').output_tokens).toBe(20)
  expect(behavior.for('claude-opus-5').output_tokens).toBe(30)
  behavior.patch({ models: { 'claude-opus': null } })
  expect(behavior.for('claude-opus-5').output_tokens).toBe(20)
})

test('draws vary within the jitter, and are the same again after a reset', () => {
  const behavior = new Behavior(new Clock())
  const draw = () => Array.from({ length: 200 }, () => behavior.draw('gpt-5-mini').outputTokens)
  const first = draw()
  expect(Math.min(...first)).toBeGreaterThanOrEqual(84)
  expect(Math.max(...first)).toBeLessThanOrEqual(156)
  expect(new Set(first).size).toBeGreaterThan(20)
  behavior.reset()
  expect(draw()).toEqual(first)
})

test('without jitter a draw is exact', () => {
  const behavior = patched({ jitter: 0, output_tokens: 7, latency_seconds: 0.5, tokens_per_second: 100 })
  expect(behavior.draw('gpt-5')).toMatchObject({
    outputTokens: 7,
    latencyMs: 500,
    msPerToken: 10,
    stop: 'end',
  })
})

test('stop reasons come in their shares', () => {
  const behavior = patched({ stop_reasons: { max_tokens: 0.25, refusal: 0.25 } })
  const stops = Array.from({ length: 2000 }, () => behavior.draw('gpt-5').stop)
  for (const stop of ['max_tokens', 'refusal']) {
    expect(stops.filter((each) => each === stop).length / stops.length).toBeCloseTo(0.25, 1)
  }
})

test.each([
  { output_tokens: 0 },
  { jitter: 2 },
  { tokens_per_second: 0 },
  { stop_reasons: { max_tokens: 0.6, refusal: 0.6 } },
  { unknown: 1 },
  { models: { 'claude-': { unknown: 1 } } },
  { clock_offset_seconds: -1 },
])('%j is not valid', (patch) => {
  expect(behaviorPatchSchema.safeParse(patch).success).toBe(false)
})
