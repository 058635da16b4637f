import { propagation, context, trace } from '@opentelemetry/api'
import { withAppContext } from './app-context.ts'
import { recordSpans } from './testing/record-spans.ts'

const spans = recordSpans()
afterAll(() => spans.stop())

const baggage = () =>
  Object.fromEntries(
    (propagation.getBaggage(context.active())?.getAllEntries() ?? []).map(([key, { value }]) => [key, value]),
  )

test('is baggage within, and on the span that is active', () => {
  const app = { feature: 'chat', endpoint: 'POST /chat', userId: 'u-1', conversationId: 'c-1' }
  const expected = {
    'app.feature': 'chat',
    'app.endpoint': 'POST /chat',
    'app.user_id': 'u-1',
    'gen_ai.conversation.id': 'c-1',
  }
  const seen = trace.getTracer('test').startActiveSpan('server', (span) => {
    const seen = withAppContext(app, baggage)
    span.end()
    return seen
  })
  expect(seen).toEqual(expected)
  expect(baggage()).toEqual({})
  expect(spans.take()[0]?.attributes).toEqual(expected)
})

test("what is not given stays the caller's", () => {
  const seen = withAppContext({ feature: 'chat', userId: 'u-1' }, () =>
    withAppContext({ feature: 'support', userId: '' }, baggage),
  )
  expect(seen).toEqual({ 'app.feature': 'support', 'app.user_id': 'u-1' })
})

test('values are bounded and can be sent in a header', () => {
  const seen = withAppContext(
    { userId: 'x'.repeat(1000), feature: 'a\r\nb\u0000', conversationId: '\u0007', endpoint: '\ud800ü' },
    baggage,
  )
  expect(seen).toEqual({ 'app.user_id': 'x'.repeat(128), 'app.feature': 'ab', 'app.endpoint': 'ü' })
})
