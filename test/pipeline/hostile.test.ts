/** Spans that no library should send: nothing crashes, no neighbour is lost, nothing wrong is counted, and each is named. */
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call, CALLS, COST, INPUT, OUTPUT, READ, WRITE } from '../lib/calls.ts'
import { Double, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes, SpanInput, Value } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

const FLAGGED = 'gen_ai_client_inference_flagged_total'

interface Case {
  name: string
  span: SpanInput
  scope?: string
  resource?: Attributes
  /** What is counted of the span; 10 input tokens, 1 output token and 1 s unless said otherwise. */
  counted?: { input?: number; output?: number; read?: number; write?: number; seconds?: number }
  /** Why it is flagged. */
  flag?: string
}

const invalid = (
  key: string,
  values: [string, Value][],
  counted: NonNullable<Case['counted']>,
  flag: string,
): Case[] =>
  values.map(([what, value]) => ({ name: `${key}: ${what}`, span: call({ [key]: value }), counted, flag }))

const NOT_A_COUNT: [string, Value][] = [
  ['negative', -5],
  ['a fraction', new Double(3.7)],
  ['NaN', new Double(Number.NaN)],
  ['infinite', new Double(Number.POSITIVE_INFINITY)],
  ['1e300', new Double(1e300)],
  ['more than 2^53', 2n ** 53n + 1n],
  ['the largest integer', 2n ** 63n - 1n],
  ['text', 'many'],
  ['empty text', ''],
  ['negative text', '-7'],
  ['a boolean', true],
  ['a list', [1, 2]],
  ['a map', { total: 7 }],
]

const LONG = 'claude-'.padEnd(10_000, 'é')

const CASES: Case[] = [
  ...invalid('gen_ai.usage.input_tokens', NOT_A_COUNT, { input: 0 }, 'input_tokens_invalid'),
  ...invalid('gen_ai.usage.output_tokens', NOT_A_COUNT, { output: 0 }, 'output_tokens_invalid'),
  ...invalid(
    'gen_ai.usage.cache_read.input_tokens',
    NOT_A_COUNT,
    { read: 0 },
    'cache_read.input_tokens_invalid',
  ),
  ...invalid(
    'gen_ai.usage.cache_creation.input_tokens',
    NOT_A_COUNT,
    { write: 0 },
    'cache_write.input_tokens_invalid',
  ),
  {
    name: 'tokens as text and as doubles that are counts',
    span: call({ 'gen_ai.usage.input_tokens': '12', 'gen_ai.usage.output_tokens': new Double(3) }),
    counted: { input: 12, output: 3 },
  },
  {
    name: 'text, where the cache has to be added to the input',
    scope: 'openlit.instrumentation.anthropic',
    span: call({
      'gen_ai.usage.input_tokens': '1000',
      'gen_ai.usage.cache_read.input_tokens': '100',
      'gen_ai.usage.cache_creation.input_tokens': new Double(20),
    }),
    counted: { input: 1120, read: 100, write: 20 },
  },
  {
    name: 'more cached than input',
    span: call({
      'gen_ai.usage.cache_read.input_tokens': 100,
      'gen_ai.usage.cache_write.input_tokens': 20,
    }),
    counted: { input: 130, read: 100, write: 20 },
  },
  {
    name: 'more written for an hour than written at all',
    scope: 'com.anthropic.sdk.typescript',
    span: call({
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_write.input_tokens': 5,
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 1000,
    }),
    counted: { input: 100, write: 5 },
    flag: 'cache_write.1h.input_tokens_invalid',
  },
  {
    name: 'several things at once: one call, all its reasons',
    span: {
      ...call({
        'gen_ai.usage.input_tokens': -1,
        'gen_ai.usage.output_tokens': 'x',
        'gen_ai.request.model': '',
      }),
      endTimeUnixNano: '0',
    },
    counted: { input: 0, output: 0, seconds: 0 },
    flag: 'request.model_empty,input_tokens_invalid,output_tokens_invalid,end_time_missing',
  },
  { name: 'an empty model name', span: call({ 'gen_ai.request.model': '' }), flag: 'request.model_empty' },
  {
    name: 'a model name of 10 kB',
    span: call({ 'gen_ai.response.model': LONG }),
    flag: 'response.model_too_long',
  },
  {
    name: 'a model name of control characters',
    span: call({ 'gen_ai.response.model': 'a\u0000b\n"\\\ud800' }),
    // Half of a surrogate pair is no text.
    flag: 'invalid_utf8',
  },
  {
    name: 'a model that is a list',
    span: call({ 'gen_ai.request.model': ['a'] }),
    flag: 'request.model_invalid',
  },
  {
    name: 'a model that is a map',
    span: call({ 'gen_ai.response.model': { name: LONG } }),
    flag: 'response.model_invalid',
  },
  { name: 'a model that is a number', span: call({ 'gen_ai.request.model': 4 }) },
  {
    name: 'a provider that is a map',
    span: call({ 'gen_ai.provider.name': { name: 'x' } }),
    flag: 'provider.name_invalid',
  },
  {
    name: 'an error type that is a number',
    span: { ...call({ 'error.type': 429 }), status: 'error' },
  },
  {
    name: 'an error type that is a list',
    span: { ...call({ 'error.type': ['x'] }), status: 'error' },
    flag: 'error.type_invalid',
  },
  {
    name: 'application labels of other types',
    span: call({ 'app.feature': true, 'app.endpoint': ['a', 'b'] }),
    flag: 'app.endpoint_invalid',
  },
  { name: 'finish reasons that are one text', span: call({ 'gen_ai.response.finish_reasons': 'end_turn' }) },
  {
    name: 'finish reasons that are maps',
    span: call({ 'gen_ai.response.finish_reasons': [{ a: 1 }, true] }),
  },
  { name: 'no finish reasons', span: call({ 'gen_ai.response.finish_reasons': [] }) },
  ...[new Double(Number.NaN), -1, 'soon', new Double(Number.POSITIVE_INFINITY), [1], 1e15].map((value) => ({
    name: `time to first chunk: ${String(value instanceof Double ? value.value : value)}`,
    span: call({ 'gen_ai.response.time_to_first_chunk': value }),
    flag: 'time_to_first_chunk_invalid',
  })),
  {
    name: 'costs of the sender’s own making',
    span: call({
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.output_tokens': undefined,
      'gen_ai.usage.cost.input': 1000,
      'gen_ai.usage.cost.output': -1000,
      'gen_ai.usage.cost.amount': new Double(Number.NaN),
    }),
    counted: { input: 0, output: 0 },
    flag: 'usage_missing',
  },
  {
    name: 'no end',
    span: { ...call(), endTimeUnixNano: '0' },
    counted: { seconds: 0 },
    flag: 'end_time_missing',
  },
  {
    name: 'an end before its start',
    span: { ...call(), duration: -5000 },
    counted: { seconds: 0 },
    flag: 'end_before_start',
  },
  {
    name: 'no start',
    span: { ...call(), startTimeUnixNano: '0' },
    counted: { seconds: 0 },
    flag: 'duration_too_long',
  },
  { name: 'no trace id', span: { ...call(), traceId: '' }, flag: 'trace_id_missing' },
  {
    name: 'no ids at all',
    span: { ...call(), traceId: '', spanId: '' },
    flag: 'trace_id_missing,span_id_missing',
  },
  {
    name: '1,000 attributes',
    span: call(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`custom.${i}`, `value ${i}`]))),
  },
  { name: 'an attribute of 1 MB', span: call({ custom: 'x'.repeat(1_000_000) }) },
  {
    name: 'a resource of wrong types',
    span: call(),
    resource: { 'deployment.environment.name': { a: 1 }, 'process.pid': 'x' },
  },
]
let pipeline: Pipeline
/** Of each case, the trace of its neighbour, which is in the same request. */
const neighbours = new Map<Case, string>()

beforeAll(async () => {
  pipeline = await startPipeline()
  for (const hostile of CASES) {
    const traceId = newTraceId()
    neighbours.set(hostile, traceId)
    const { name: service, resource = {}, scope = 'my-tracer', span } = hostile
    await sendSpans(
      pipeline.otlpUrl,
      { service, resource, scope, spans: [span] },
      { service, scope, spans: [{ ...call(), traceId }] },
    )
  }
}, 180_000)
afterAll(() => pipeline.stop())

const value = async (promql: string) => (await query(pipeline.prometheusUrl, promql))[0]?.value ?? 0
const total = (metric: string, service: string) => value(`sum(${metric}{service_name="${service}"})`)

test.each(CASES.map((hostile) => [hostile.name, hostile] as const))('%s', async (service, hostile) => {
  const { input = 10, output = 1, read = 0, write = 0, seconds = 1 } = hostile.counted ?? {}
  await eventually(async () => {
    expect({
      calls: await total(CALLS, service),
      seconds: await value(`sum(histogram_sum(${CALLS}{service_name="${service}"}))`),
      input: await total(INPUT, service),
      output: await total(OUTPUT, service),
      read: await total(READ, service),
      write: await total(WRITE, service),
    }).toEqual({ calls: 2, seconds: 1 + seconds, input: 10 + input, output: 1 + output, read, write })
    const flagged = await query(pipeline.prometheusUrl, `${FLAGGED}{service_name="${service}"}`)
    expect(Object.fromEntries(flagged.map(({ labels, value }) => [labels.genai_flag, value]))).toEqual(
      hostile.flag === undefined ? {} : { [hostile.flag]: 1 },
    )
    expect(await total(COST, service)).toBeLessThan(0.01)
  })
  await eventually(async () => {
    expect(await pipeline.traces.spans(neighbours.get(hostile)!)).toHaveLength(1)
  })
})

test('services without a name, or with one that is none', async () => {
  const named = (name: Value | undefined) => ({ resource: { 'service.name': name }, spans: [call()] })
  await sendSpans(pipeline.otlpUrl, named(undefined), named(''), named({ a: 1 }), named(LONG))
  await eventually(async () => {
    expect(await total(CALLS, 'unknown_service')).toBe(3)
    expect(await total(INPUT, 'unknown_service')).toBe(30)
    expect(await value(`sum(${INPUT}{service_name=~"claude-é+"})`)).toBe(10)
    expect(await value(`sum(${CALLS}{service_name=~"claude-é+"})`)).toBe(10 / 10)
  })
})

test('a request of 15 MB, and one of 20,000 calls', async () => {
  const traceIds = Array.from({ length: 15 }, newTraceId)
  await sendSpans(pipeline.otlpUrl, {
    service: 'large',
    spans: traceIds.flatMap((traceId) =>
      Array.from({ length: 100 }, () => ({ ...call({ custom: 'x'.repeat(10_000) }), traceId })),
    ),
  })
  await eventually(async () => {
    const stored = await Promise.all(traceIds.map((traceId) => pipeline.traces.spans(traceId)))
    expect(stored.map((spans) => spans.length)).toEqual(traceIds.map(() => 100))
  })
  // After that, as Jaeger keeps its newest 10,000 traces.
  await sendSpans(pipeline.otlpUrl, { service: 'many', spans: Array.from({ length: 20_000 }, () => call()) })
  await eventually(async () => {
    expect(await total(INPUT, 'large')).toBe(15_000)
    expect(await total(INPUT, 'many')).toBe(200_000)
    expect(await total(CALLS, 'many')).toBe(20_000)
  })
}, 180_000)

test('10,000 models, twice: every call is in the totals', async () => {
  const models = Array.from({ length: 10_000 }, (_, i) =>
    call({ 'gen_ai.request.model': `model-${i}`, 'gen_ai.response.model': `model-${i}` }),
  )
  await sendSpans(pipeline.otlpUrl, { service: 'models', spans: models })
  await sendSpans(pipeline.otlpUrl, { service: 'models', spans: models })
  await eventually(async () => {
    expect(await total(INPUT, 'models')).toBe(200_000)
    expect(await total(OUTPUT, 'models')).toBe(20_000)
    expect(await total(CALLS, 'models')).toBe(20_000)
  }, 150_000)
  // More series than the guard lets through (docs/reliability.md): the rest is one series, and in the totals all the same.
  const { length } = await query(pipeline.prometheusUrl, `${INPUT}{service_name="models"}`)
  expect(length).toBeGreaterThan(1000)
  expect(length).toBeLessThan(10_000)
  const overflow = `${INPUT}{service_name="models", otel_metric_overflow="true"}`
  expect(await query(pipeline.prometheusUrl, overflow)).toHaveLength(1)
}, 240_000)

test('after all of it: nothing negative, nothing NaN, and calls are still counted', async () => {
  const names = await query(pipeline.prometheusUrl, 'count by (__name__) ({__name__=~"gen_ai_.+"})')
  // A function takes the name away, and two histograms may have the same labels.
  const numbers = names.flatMap(({ labels: { __name__: name = '' } }) =>
    name.endsWith('_total') ? [name] : [`histogram_count(${name})`, `histogram_sum(${name})`],
  )
  const counted = (
    await Promise.all(
      numbers.map(async (number) => {
        expect(await query(pipeline.prometheusUrl, `${number} < 0`)).toEqual([])
        return query(pipeline.prometheusUrl, `sum(${number})`)
      }),
    )
  ).flat()
  expect(counted.length).toBeGreaterThan(5)
  expect(counted.filter(({ value }) => !Number.isFinite(value))).toEqual([])
  await sendSpans(pipeline.otlpUrl, { service: 'after', spans: [call()] })
  await eventually(async () => {
    expect(await total(INPUT, 'after')).toBe(10)
    expect(await total(CALLS, 'after')).toBe(1)
  })
})
