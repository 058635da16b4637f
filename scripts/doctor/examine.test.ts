import { examine, lookAt } from './examine.ts'
import type { Span } from './finding.ts'
import { FINDINGS } from './findings.ts'

const span = (attributes: Record<string, unknown>, more: Partial<Span> = {}): Span => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentSpanId: undefined,
  name: 'chat',
  kind: 'client',
  service: 'checkout',
  scope: 'my-app',
  scopeVersion: '',
  resource: {},
  status: 'unset',
  startMs: 0,
  durationMs: 1,
  attributes: { 'genai.role': 'inference', 'gen_ai.usage.input_tokens': 5, ...attributes },
  events: [],
  ...more,
})
const found = (
  spans: Span[],
  rises = new Map<string, { service: string; labels: object; value: number }[]>(),
) => examine(lookAt('checkout', spans), FINDINGS, rises as never).map(({ id }) => id)

test('metrics of an SDK name their service as the job, behind its namespace', () => {
  const dropped = (job: string) =>
    found([], new Map([['sdk-dropped', [{ service: job, labels: {}, value: 3 }]]]))
  expect(dropped('checkout')).toEqual(['sdk-dropped'])
  expect(dropped('shop/checkout')).toEqual(['sdk-dropped'])
  expect(dropped('shop/my-checkout')).toEqual([])
})

test.each([
  ['order-84112907', true],
  ['POST /orders/84112907/chat', true],
  ['3fa85f64-5717-4562-b3fc-2c963f66afa6', true],
  ['POST /v1/chat', false],
  // A day, as versions have it.
  ['support-20260101', false],
])('%s has an id in it: %s', (feature, expected) => {
  expect(found([span({ 'app.feature': feature })]).includes('label-is-identifier')).toBe(expected)
})

test.each([
  ['gen_ai.prompt.0.content', 'Hello', 'content-stored'],
  ['ai.prompt.messages', '[{}]', 'content-stored'],
  ['gcp.vertex.agent.llm_request', '****', 'content-sent'],
  ['ai.prompt.format', 'messages', undefined],
  ['gen_ai.prompt.name', 'greeting', undefined],
])('%s: %s is content: %s', (key, value, expected) => {
  expect(found([span({ [key]: value })]).find((id) => id.startsWith('content-'))).toBe(expected)
})

test('a version before that which is known to be complete is old, and an unknown one is not', () => {
  const openllmetry = { scope: 'opentelemetry.instrumentation.anthropic' }
  const isOld = (scopeVersion: string) =>
    found([span({}, { ...openllmetry, scopeVersion })]).includes('library-old')
  expect([isOld('0.40.14'), isOld('0.62.4'), isOld('')]).toEqual([true, false, false])
})
