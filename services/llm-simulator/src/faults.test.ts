import { Faults, faultSchema } from './faults.ts'
import type { FaultTarget } from './faults.ts'

const target: FaultTarget = {
  provider: 'anthropic',
  path: '/v1/messages',
  model: 'claude-haiku-4-5',
  stream: false,
}
const withFault = (spec: object) => {
  const faults = new Faults()
  faults.add(faultSchema.parse(spec))
  return faults
}
const hits = (faults: Faults, count: number, of = target) =>
  Array.from({ length: count }, () => faults.take(of)).filter(Boolean).length

test('the next request only, unless told otherwise', () => {
  expect(hits(withFault({ status: 500 }), 5)).toBe(1)
  expect(hits(withFault({ status: 500, times: 3 }), 5)).toBe(3)
})

test('a share of all, at most so many', () => {
  expect(hits(withFault({ status: 500, probability: 0.2 }), 2000) / 2000).toBeCloseTo(0.2, 1)
  expect(hits(withFault({ status: 500, probability: 0.5, times: 2 }), 100)).toBe(2)
})

test.each([
  [{ provider: 'openai' }, 0],
  [{ provider: 'anthropic' }, 1],
  [{ model: 'claude-haiku' }, 1],
  [{ model: 'claude-opus' }, 0],
  [{ path: '/v1/messages' }, 1],
  [{ path: '/v1' }, 0],
])('match %j', (match, expected) => {
  expect(hits(withFault({ status: 500, match }), 1)).toBe(expected)
})

test('a stream error waits for a stream', () => {
  const faults = withFault({ status: 'stream_error' })
  expect(hits(faults, 1)).toBe(0)
  expect(hits(faults, 1, { ...target, stream: true })).toBe(1)
})

test('the list shows what is left', () => {
  const faults = withFault({ status: 500, times: 2 })
  faults.take(target)
  expect(faults.list()).toMatchObject([{ id: 1, hits: 1, times: 2 }])
  faults.clear()
  expect(faults.list()).toEqual([])
})

test.each([
  {},
  { status: 200 },
  { status: 'slow' },
  { status: 500, probability: 0 },
  { status: 500, times: 0 },
])('%j is not valid', (spec) => {
  expect(faultSchema.safeParse(spec).success).toBe(false)
})
