/**
 * One call counts once, by the innermost layer that tells its usage, however many layers report it and in whatever order they
 * arrive. Each case in three ways: the inner layers' export first, the outer layers' first, and all in one request.
 * What is expected is a sum by hand: each `api(…)` is one call of a provider.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { CALLS, COST, INPUT, OUTPUT } from '../lib/calls.ts'
import { newSpanId, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes, Batch, SpanInput } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

/** A span of a case: who reports it (0 is the innermost, for the order of arrival), and from where. */
interface Reported {
  depth: number
  scope: string
  service?: string
  span: SpanInput & { traceId: string; spanId: string }
}

interface Totals {
  calls: number
  input: number
  output: number
}

interface Case {
  name: string
  /** All spans of one run, in a trace of its own. */
  spans(traceId: string): Reported[]
  expected: Totals
  /** Where not all are counted under the application's name. */
  services?: string[]
}

const usage = (input: number, output: number): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const ANTHROPIC: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-haiku-4-5',
}
const OPENAI: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
}
const RATE_LIMITED = { status: 'error', statusMessage: '429' } as const

type Options = Partial<SpanInput> & { parent?: Reported | undefined; service?: string; also?: Attributes }

function reported(depth: number, scope: string, traceId: string, attributes: Attributes, options: Options) {
  const { parent, service, also, ...span } = options
  return {
    depth,
    scope,
    ...(service === undefined ? {} : { service }),
    span: {
      kind: 'internal',
      ...span,
      traceId,
      spanId: newSpanId(),
      ...(parent === undefined ? {} : { parentSpanId: parent.span.spanId }),
      attributes: { ...attributes, ...also },
    },
  } satisfies Reported
}

/** The Anthropic SDK's own span. */
const sdk = (traceId: string, attributes: Attributes, options: Options = {}) =>
  reported(1, 'com.anthropic.sdk.python', traceId, attributes, {
    kind: 'client',
    also: { ...ANTHROPIC, 'server.address': 'api.anthropic.com' },
    ...options,
  })
/** OpenTelemetry's instrumentation of OpenAI's SDK. */
const instrumentation = (traceId: string, attributes: Attributes, options: Options = {}) =>
  reported(2, 'opentelemetry.instrumentation.openai_v2', traceId, attributes, {
    kind: 'client',
    also: { ...OPENAI, 'server.address': 'api.openai.com' },
    ...options,
  })
/** As articles write it, around the call. */
const wrapper = (traceId: string, attributes: Attributes, options: Options = {}) =>
  reported(4, 'my.app', traceId, attributes, { name: 'llm.chat', also: ANTHROPIC, ...options })
const plain = (traceId: string, options: Options = {}) =>
  reported(3, 'my.app', traceId, {}, { name: 'ask', ...options })

const cases: Case[] = [
  {
    name: 'a wrapper directly above the SDK',
    spans(id) {
      const outer = wrapper(id, usage(100, 10))
      return [outer, sdk(id, usage(100, 10), { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'with a plain span between',
    spans(id) {
      const outer = wrapper(id, usage(100, 10))
      const between = plain(id, { parent: outer })
      return [outer, between, sdk(id, usage(100, 10), { parent: between })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a wrapper with another provider’s name',
    spans(id) {
      const outer = wrapper(id, usage(100, 10), { also: { ...ANTHROPIC, 'gen_ai.provider.name': 'ezai' } })
      return [outer, sdk(id, usage(100, 10), { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a wrapper with another provider’s name, a plain span between',
    spans(id) {
      const outer = wrapper(id, usage(100, 10), { also: { ...ANTHROPIC, 'gen_ai.provider.name': 'ezai' } })
      const between = plain(id, { parent: outer })
      return [outer, between, sdk(id, usage(100, 10), { parent: between })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a streaming wrapper without usage',
    spans(id) {
      const outer = wrapper(id, {})
      return [outer, sdk(id, usage(100, 10), { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a streaming wrapper without usage, a plain span between',
    spans(id) {
      const outer = wrapper(id, {})
      const between = plain(id, { parent: outer })
      return [outer, between, sdk(id, usage(100, 10), { parent: between })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a failed call, directly and with a plain span between',
    spans(id) {
      const outer = wrapper(id, {}, RATE_LIMITED)
      const second = wrapper(id, {}, RATE_LIMITED)
      const between = plain(id, { parent: second })
      return [
        outer,
        sdk(id, { 'error.type': 'rate_limit_error' }, { parent: outer, ...RATE_LIMITED }),
        second,
        between,
        sdk(id, { 'error.type': 'rate_limit_error' }, { parent: between, ...RATE_LIMITED }),
      ]
    },
    expected: { calls: 2, input: 0, output: 0 },
  },
  {
    name: 'a wrapper that tries again after a failure',
    spans(id) {
      const outer = wrapper(id, usage(100, 10))
      return [
        outer,
        sdk(id, { 'error.type': 'overloaded_error' }, { parent: outer, status: 'error' }),
        sdk(id, usage(100, 10), { parent: outer }),
      ]
    },
    expected: { calls: 2, input: 100, output: 10 },
  },
  {
    name: 'a call that the SDK retried',
    spans(id) {
      const outer = wrapper(id, usage(100, 10))
      return [outer, sdk(id, { ...usage(100, 10), 'http.request.resend_count': 2 }, { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a wrapper that failed after the call',
    spans(id) {
      const outer = wrapper(id, {}, { status: 'error', statusMessage: 'no JSON' })
      return [outer, sdk(id, usage(100, 10), { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a wrapper around several calls, with their sums',
    spans(id) {
      const outer = wrapper(id, usage(350, 35))
      return [outer, sdk(id, usage(100, 10), { parent: outer }), sdk(id, usage(250, 25), { parent: outer })]
    },
    expected: { calls: 2, input: 350, output: 35 },
  },
  {
    name: 'a wrapped provider without inner spans, beside another with them',
    spans(id) {
      const root = plain(id)
      const outer = wrapper(id, usage(100, 10), { parent: root })
      return [
        root,
        outer,
        sdk(id, usage(100, 10), { parent: outer }),
        wrapper(id, usage(70, 7), { parent: root, also: { ...OPENAI } }),
        wrapper(id, {}, { parent: root, also: { ...OPENAI } }),
        wrapper(id, {}, { parent: root, also: { ...OPENAI }, ...RATE_LIMITED }),
      ]
    },
    expected: { calls: 4, input: 170, output: 17 },
  },
  {
    name: 'one provider in one trace: a service with an old SDK beside one whose SDK reports itself',
    spans(id) {
      const root = plain(id)
      const outer = wrapper(id, usage(100, 10), { parent: root, service: 'new' })
      return [
        root,
        outer,
        sdk(id, usage(100, 10), { parent: outer, service: 'new' }),
        wrapper(id, usage(50, 5), { parent: root, service: 'old' }),
        wrapper(id, {}, { parent: root, service: 'old', ...RATE_LIMITED }),
      ]
    },
    expected: { calls: 3, input: 150, output: 15 },
    services: ['new', 'old'],
  },
  {
    name: 'a wrapper above an agent’s spans above the SDK',
    spans(id) {
      const outer = wrapper(id, usage(100, 10))
      const inner = wrapper(id, usage(100, 10), { parent: outer })
      return [outer, inner, sdk(id, usage(100, 10), { parent: inner })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'only wrappers',
    spans: (id) => [wrapper(id, usage(100, 10)), wrapper(id, {}), wrapper(id, {}, RATE_LIMITED)],
    expected: { calls: 3, input: 100, output: 10 },
  },
  {
    name: 'only wrappers, one around several',
    spans(id) {
      const outer = wrapper(id, usage(300, 30))
      return [
        outer,
        wrapper(id, usage(100, 10), { parent: outer }),
        wrapper(id, usage(200, 20), { parent: outer }),
      ]
    },
    expected: { calls: 2, input: 300, output: 30 },
  },
  {
    name: 'only SDK spans',
    spans: (id) => [
      sdk(id, usage(100, 10)),
      sdk(id, usage(200, 20)),
      sdk(id, {}),
      sdk(id, { 'error.type': '429' }, RATE_LIMITED),
    ],
    expected: { calls: 4, input: 300, output: 30 },
  },
  {
    name: 'two calls with the same tokens: wrapped',
    spans(id) {
      const first = wrapper(id, usage(100, 10))
      const second = wrapper(id, usage(100, 10))
      return [
        first,
        sdk(id, usage(100, 10), { parent: first }),
        second,
        sdk(id, usage(100, 10), { parent: second }),
      ]
    },
    expected: { calls: 2, input: 200, output: 20 },
  },
  {
    name: 'two calls with the same tokens: only wrappers',
    spans: (id) => [wrapper(id, usage(100, 10)), wrapper(id, usage(100, 10))],
    expected: { calls: 2, input: 200, output: 20 },
  },
  {
    name: 'two calls with the same tokens: only SDK spans, of servers of one’s own',
    spans: (id) =>
      [0, 1].map(() =>
        sdk(id, usage(100, 10), { also: { ...ANTHROPIC, 'server.address': 'llm.example.com' } }),
      ),
    expected: { calls: 2, input: 200, output: 20 },
  },
  {
    name: 'a stream whose usage only the outer layer tells',
    spans(id) {
      const outer = wrapper(id, usage(100, 10), { also: OPENAI })
      return [outer, instrumentation(id, {}, { parent: outer })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'a stream whose usage no layer tells',
    spans(id) {
      const outer = wrapper(id, {}, { also: OPENAI })
      return [outer, instrumentation(id, {}, { parent: outer })]
    },
    expected: { calls: 1, input: 0, output: 0 },
  },
  {
    name: 'a framework whose spans are nobody’s parents: LangChain above OpenAI',
    spans(id) {
      const root = plain(id)
      const langchain = reported(
        3,
        'openinference.instrumentation.langchain',
        id,
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-4o',
          'llm.provider': 'openai',
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 10,
        },
        { parent: root },
      )
      return [root, langchain, instrumentation(id, usage(100, 10), { parent: root })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'three layers: LangChain, OpenAI, LiteLLM’s proxy',
    spans(id) {
      const root = plain(id)
      const langchain = reported(
        3,
        'openinference.instrumentation.langchain',
        id,
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-4o',
          'llm.provider': 'openai',
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 10,
        },
        { parent: root },
      )
      const openai = instrumentation(id, usage(100, 10), {
        parent: root,
        also: { ...OPENAI, 'server.address': 'litellm.example.com' },
      })
      const proxy = reported(
        0,
        'litellm',
        id,
        {},
        {
          name: 'Received Proxy Server Request',
          kind: 'server',
          parent: openai,
          service: 'proxy',
        },
      )
      const call = reported(
        0,
        'litellm',
        id,
        { ...OPENAI, ...usage(100, 10), 'litellm.request.route': '/chat/completions' },
        { name: 'chat gpt-4o', kind: 'client', parent: proxy, service: 'proxy' },
      )
      return [root, langchain, openai, proxy, call]
    },
    expected: { calls: 1, input: 100, output: 10 },
    services: ['proxy'],
  },
  {
    name: 'the Claude API’s own half below the SDK’s',
    spans(id) {
      const client = sdk(id, usage(100, 10))
      const server = reported(
        0,
        'com.anthropic.claude-platform',
        id,
        { ...ANTHROPIC, ...usage(100, 10) },
        { name: 'anthropic.messages.create', kind: 'server', parent: client, service: 'claude-platform' },
      )
      return [client, server]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
  {
    name: 'the Claude API’s own half below a client that has no span for the call',
    spans(id) {
      const root = plain(id)
      const server = reported(
        0,
        'com.anthropic.claude-platform',
        id,
        { ...ANTHROPIC, ...usage(100, 10) },
        { name: 'anthropic.messages.create', kind: 'server', parent: root, service: 'claude-platform' },
      )
      return [root, server]
    },
    expected: { calls: 1, input: 100, output: 10 },
    services: ['claude-platform'],
  },
  {
    name: 'an instrumentation of Anthropic’s SDK beside the SDK’s own span',
    spans(id) {
      const root = plain(id)
      const patched = reported(
        2,
        '@arizeai/openinference-instrumentation-anthropic',
        id,
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'claude-haiku-4-5',
          'llm.provider': 'anthropic',
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 10,
        },
        { parent: root },
      )
      return [root, patched, sdk(id, usage(100, 10), { parent: root })]
    },
    expected: { calls: 1, input: 100, output: 10 },
  },
]

const ORDERS = ['inner first', 'outer first', 'one request'] as const
type Order = (typeof ORDERS)[number]

/** The service of a case in an order; cases with several services have a prefix for each. */
const serviceOf = (index: number, order: Order, service = 'app') => `${service} ${index} ${order}`

let pipeline: Pipeline

function batches(spans: Reported[], index: number, order: Order): Batch[] {
  return spans.map(({ scope, service, span }) => ({
    service: serviceOf(index, order, service),
    scope,
    spans: [span],
  }))
}

/** What comes first, and what comes later: the innermost layer's spans, or those of all others. */
function exportsOf(spans: Reported[], index: number, order: Order): [first: Batch[], second: Batch[]] {
  if (order === 'one request') return [batches(spans, index, order), []]
  const reports = spans.filter(({ span }) => Object.keys(span.attributes).length > 0)
  const innermost = Math.min(...reports.map(({ depth }) => depth))
  const inner = spans.filter(({ depth }) => depth === innermost)
  const outer = spans.filter(({ depth }) => depth !== innermost)
  if (outer.length === 0) return [batches(inner, index, order), []]
  const both = [batches(inner, index, order), batches(outer, index, order)] as const
  return order === 'inner first' ? [both[0], both[1]] : [both[1], both[0]]
}

/** Longer than an SDK's export interval. */
const BETWEEN_EXPORTS = 5_500

const total = async (metric: string, service: string) =>
  (await query(pipeline.prometheusUrl, `sum(${metric}{service_name="${service}"})`))[0]?.value ?? 0

async function totals(services: string[]): Promise<Totals> {
  const sum = async (metric: string) =>
    (await Promise.all(services.map((service) => total(metric, service)))).reduce((a, b) => a + b, 0)
  return { calls: await sum(CALLS), input: await sum(INPUT), output: await sum(OUTPUT) }
}

const LAST = 'the last call'

beforeAll(async () => {
  // The default, which a user has.
  pipeline = await startPipeline({ environment: { GENAI_ONCE_WAIT: '10s' } })
  await Promise.all(
    cases.flatMap((each, index) =>
      ORDERS.map(async (order) => {
        const [first, second] = exportsOf(each.spans(newTraceId()), index, order)
        await sendSpans(pipeline.otlpUrl, ...first)
        if (second.length === 0) return
        await sleep(BETWEEN_EXPORTS)
        await sendSpans(pipeline.otlpUrl, ...second)
      }),
    ),
  )
  // What waits longest, sent last: when it is counted, all else is.
  await sendSpans(pipeline.otlpUrl, {
    service: LAST,
    scope: 'my.app',
    spans: [wrapper(newTraceId(), usage(1, 1)).span],
  })
  await eventually(async () => expect(await totals([LAST])).toEqual({ calls: 1, input: 1, output: 1 }))
}, 240_000)
afterAll(() => pipeline.stop())

describe.each(cases.map((each, index) => [each.name, index, each] as const))('%s', (_, index, each) => {
  test.each(ORDERS)('%s', async (order) => {
    const services = (each.services ?? ['app']).map((service) => serviceOf(index, order, service))
    await eventually(async () => expect(await totals(services)).toEqual(each.expected), 15_000)
    // Nowhere else, either.
    const everywhere = await query(
      pipeline.prometheusUrl,
      `sum by (service_name) (${CALLS}{service_name=~".* ${index} ${order}"})`,
    )
    expect(everywhere.reduce((sum, { value }) => sum + value, 0)).toBe(each.expected.calls)
  })
})

test('the trace store says the same, as reconcile reads it', async () => {
  const began = Date.now() - 300_000
  await eventually(async () => {
    const calls = await pipeline.traces.calls(began, Date.now())
    const differ = cases.flatMap((each, index) =>
      ORDERS.flatMap((order) => {
        const services = (each.services ?? ['app']).map((service) => serviceOf(index, order, service))
        const counted = calls.filter(({ service }) => services.includes(service))
        const sum = (of: 'input' | 'output') => counted.reduce((total, call) => total + call[of], 0)
        const stored = { calls: counted.length, input: sum('input'), output: sum('output') }
        return isDeepStrictEqual(stored, each.expected) ? [] : [{ name: each.name, order, stored }]
      }),
    )
    expect(differ).toEqual([])
  }, 80_000)
})

test('the cost is that of the calls', async () => {
  // 100 and 10 tokens of claude-haiku-4-5: 1 and 5 USD per million.
  for (const order of ORDERS)
    expect(await total(COST, serviceOf(0, order))).toBeCloseTo((100 * 1 + 10 * 5) / 1e6, 12)
})

test('a graceful stop counts what waits, once', async () => {
  const id = newTraceId()
  const outer = wrapper(id, usage(100, 10))
  const alone = wrapper(newTraceId(), usage(30, 3))
  await sendSpans(
    pipeline.otlpUrl,
    ...[outer, sdk(id, usage(100, 10), { parent: outer }), alone].map(({ scope, span }) => ({
      service: 'stopped',
      scope,
      spans: [span],
    })),
  )
  await pipeline.restartCollector()
  await eventually(async () => {
    expect(await total(INPUT, 'stopped')).toBe(130)
    expect(await total(OUTPUT, 'stopped')).toBe(13)
  })
})
