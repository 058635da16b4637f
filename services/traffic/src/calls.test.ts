import { calls } from './calls.ts'
import type { Call } from './calls.ts'
import { kinds, ordinary } from './plan.ts'
import type { Plan } from './plan.ts'

function take(seed: number, count: number, change: Partial<Plan> = {}): Call[] {
  const plan = calls(seed, () => ({ ...ordinary, ...change }))
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

test('a plan: kinds left out, another model for every chat, documents that nobody asked for before', () => {
  const silent = take(1, 500, { kinds: { embed: 0, 'summarize-openai': 0, 'summarize-anthropic': 0 } })
  expect(new Set(silent.map(({ service }) => service))).toEqual(new Set(['chat', 'support']))

  const chats = take(1, 500, { chat_model: 'claude-other', chat_max_tokens: 8192 }).filter(
    ({ service }) => service === 'chat',
  )
  expect(new Set(chats.map(({ body }) => `${String(body.model)} ${String(body.max_tokens)}`))).toEqual(
    new Set(['claude-other 8192']),
  )

  const documents = take(1, 300, { new_documents: true }).filter(({ path }) => path === '/summarize')
  const beginnings = documents.map(({ body }) => String(body.document).slice(0, 100))
  expect(new Set(beginnings).size).toBe(documents.length)
  expect(documents.every(({ body }) => !('document_id' in body))).toBe(true)
  // Longer than the longest prompt that is not cached: 4,096 tokens of four bytes.
  expect(Math.min(...documents.map(({ body }) => String(body.document).length))).toBeGreaterThan(4 * 4096)
})

test('a plan may change from one call to the next', () => {
  let plan = ordinary
  const running = calls(1, () => plan)
  running.next()
  plan = {
    ...ordinary,
    kinds: Object.fromEntries(Object.keys(kinds).map((kind) => [kind, Number(kind === 'embed')])),
  }
  expect(Array.from({ length: 50 }, () => running.next().value.kind)).toEqual(Array(50).fill('embed'))
})
