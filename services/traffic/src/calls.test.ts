import { calls, kinds } from './calls.ts'
import type { Call } from './calls.ts'

function take(seed: number, count: number): Call[] {
  const plan = calls(seed)
  return Array.from({ length: count }, () => plan.next().value)
}

test('the same for the same seed', () => {
  expect(take(7, 500)).toEqual(take(7, 500))
  expect(take(7, 10)).not.toEqual(take(8, 10))
})

test('kinds as often as their weights say, at a mean gap of 1', () => {
  const many = take(1, 20_000)
  for (const [kind, weight] of Object.entries(kinds)) {
    expect(many.filter((call) => call.kind === kind).length / many.length).toBeCloseTo(weight / 100, 1.5)
  }
  expect(many.reduce((sum, { gap }) => sum + gap, 0) / many.length).toBeCloseTo(1, 1)
  expect(Math.min(...many.map(({ gap }) => gap))).toBeGreaterThanOrEqual(0)
})

test('conversations go on, users differ, documents come again', () => {
  const chats = take(1, 2000).filter(({ service }) => service === 'chat')
  const distinct = (key: string, of = chats) => new Set(of.map(({ body }) => body[key])).size
  expect(distinct('user_id')).toBe(40)
  expect(distinct('conversation_id')).toBeLessThan(chats.length * 0.6)
  const documents = take(1, 2000).filter(({ path }) => path === '/summarize')
  expect(distinct('document_id', documents)).toBe(12)
})
