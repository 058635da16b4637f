import type { Series } from './prometheus.ts'
import { ALL_MODELS, difference, reconcile } from './reconcile.ts'
import type { Quantity } from './reconcile.ts'
import type { StoredSpan } from './stored-span.ts'
import { callsAmong } from './stored-call.ts'
import type { StoredCall } from './stored-call.ts'

const range = { from: 100_000, to: 200_000 }
const settle = 30_000

const call = (endMs: number, more: Partial<StoredCall> = {}): StoredCall => ({
  traceId: 't',
  spanId: 's',
  parentSpanId: undefined,
  service: 'chat',
  provider: 'p',
  layer: 'sdk',
  dialect: 'd',
  failed: false,
  model: 'm',
  endMs,
  input: 10,
  output: 1,
  cost: 0.1,
  standsFor: 1,
  ...more,
})
const counted = (calls: number, labels: Record<string, string> = { gen_ai_response_model: 'm' }) => {
  const series = (value: number): Series[] => [{ labels: { service_name: 'chat', ...labels }, value }]
  return {
    calls: series(calls),
    input: series(10 * calls),
    output: series(calls),
    cost: series(0.1 * calls),
  } satisfies Record<Quantity, Series[]>
}
const differences = (calls: StoredCall[], series: Record<Quantity, Series[]>) =>
  Object.fromEntries(
    reconcile(calls, series, range, settle).map((row) => [`${row.model} ${row.quantity}`, difference(row)]),
  )

test('calls well inside the range are compared exactly', () => {
  const calls = [call(110_000), call(169_999), call(170_000)]
  expect(differences(calls, counted(3))).toEqual({ 'm calls': 0, 'm input': 0, 'm output': 0, 'm cost': 0 })
  expect(differences(calls, counted(2))).toMatchObject({ 'm calls': -1, 'm input': -10 })
  expect(differences(calls, counted(4))).toMatchObject({ 'm calls': 1, 'm output': 1 })
})

test('a call near an edge may be counted on either side of it, and no further', () => {
  const calls = [call(90_000), call(150_000), call(180_000)]
  for (const [count, difference] of [
    [0, -1],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 1],
  ] as const) {
    expect(differences(calls, counted(count))).toMatchObject({ 'm calls': difference })
  }
})

test('what only one side has differs', () => {
  expect(differences([], counted(2))).toMatchObject({ 'm calls': 2 })
  expect(differences([call(150_000)], { calls: [], input: [], output: [], cost: [] })).toMatchObject({
    'm calls': -1,
    'm cost': -0.1,
  })
})

test('a failed call counts for the model that was asked for', () => {
  expect(differences([call(150_000)], counted(1, { gen_ai_request_model: 'm' }))).toMatchObject({
    'm calls': 0,
  })
})

test('a sampled call is compared as what it stands for, in every quantity', () => {
  const calls = [call(150_000, { standsFor: 4 }), call(150_000)]
  expect(differences(calls, counted(5))).toEqual({ 'm calls': 0, 'm input': 0, 'm output': 0, 'm cost': 0 })
  expect(differences(calls, counted(2))).toMatchObject({ 'm calls': -3, 'm input': -30, 'm output': -3 })
})

test('what a call stands for is read from its span', () => {
  const span = (attributes: Record<string, unknown>): StoredSpan => ({
    traceId: 't',
    spanId: 's',
    parentSpanId: undefined,
    name: 'chat m',
    kind: 'client',
    service: 'chat',
    scope: 'x',
    scopeVersion: '',
    resource: {},
    status: 'unset',
    events: [],
    startMs: 0,
    durationMs: 1,
    attributes: { 'genai.role': 'inference', ...attributes },
  })
  const read = callsAmong([span({}), span({ 'genai.adjusted_count': 4 })])
  expect(read.map(({ standsFor }) => standsFor)).toEqual([1, 4])
})

test('the order in which fractions are added is no difference', () => {
  const calls = Array.from({ length: 1000 }, () => call(150_000, { cost: 0.1 }))
  expect(differences(calls, counted(1000))).toMatchObject({ 'm cost': 0 })
})

test('a service whose series have overflowed is compared as a whole', () => {
  const calls = [call(150_000), call(150_000, { model: 'n' })]
  const series = counted(1)
  for (const quantity of ['calls', 'input', 'output', 'cost'] as const) {
    const { value } = series[quantity][0]!
    series[quantity].push({ labels: { service_name: 'chat', otel_metric_overflow: 'true' }, value })
  }
  expect(differences(calls, series)).toEqual({
    [`${ALL_MODELS} calls`]: 0,
    [`${ALL_MODELS} input`]: 0,
    [`${ALL_MODELS} output`]: 0,
    [`${ALL_MODELS} cost`]: 0,
  })
})
