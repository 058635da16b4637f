import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import { BaggagePropagator } from './baggage-propagator.ts'
import { recordSpans } from './testing/record-spans.ts'

const spans = recordSpans()
afterAll(() => spans.stop())

const propagator = new BaggagePropagator(['orders', 'LOCALHOST:8084'])
const baggage = propagation.createBaggage({ 'app.user_id': { value: 'u 1' } })

/** The headers of a request for which a client span with `attributes` was started. */
function headersFor(attributes: Attributes) {
  const span = trace.getTracer('test').startSpan('GET', { attributes })
  const context = propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage)
  const headers: Record<string, string> = {}
  propagator.inject(context, headers, defaultTextMapSetter)
  return headers
}

test.each([
  ['a host of ours', { 'server.address': 'orders', 'server.port': 80 }],
  ['a host and port of ours', { 'server.address': 'localhost', 'server.port': 8084 }],
])('%s gets it', (_what, attributes) => {
  expect(headersFor(attributes)).toEqual({ baggage: 'app.user_id=u%201' })
})

test.each([
  ['a model provider', { 'server.address': 'api.anthropic.com', 'server.port': 443 }],
  ['another port', { 'server.address': 'localhost', 'server.port': 8090 }],
  ['a host whose name ends alike', { 'server.address': 'evil-orders' }],
  ['an unknown host', {}],
])('%s does not', (_what, attributes) => {
  expect(headersFor(attributes)).toEqual({})
})

test('nobody does without a client span, or by default', () => {
  const headers = {}
  propagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), headers, defaultTextMapSetter)
  expect(headers).toEqual({})
})

test('takes over the known keys only, bounded', () => {
  const header = `app.user_id=${'x'.repeat(500)},app.feature=chat;property=1,other=1,session=secret,app.endpoint=`
  const context = propagator.extract(ROOT_CONTEXT, { baggage: header }, defaultTextMapGetter)
  expect(propagation.getBaggage(context)?.getAllEntries()).toEqual([
    ['app.user_id', { value: 'x'.repeat(128) }],
    ['app.feature', { value: 'chat' }],
  ])
  expect(propagator.extract(ROOT_CONTEXT, {}, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
})
