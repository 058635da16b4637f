/**
 * Each model call counts once, however often its spans repeat it: the twelve places where totals double, with spans as
 * the libraries send them. And where nobody can tell, a metric says so.
 */
import { query } from '../../scripts/lib/prometheus.ts'
import { expectedTokens } from '../dialects/compare.ts'
import { asNow, readFixtures } from '../dialects/fixture.ts'
import type { Fixture } from '../dialects/fixture.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { CALLS, COST, INPUT, OUTPUT, READ } from '../lib/calls.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes, Batch } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

const DUPLICATES = 'gen_ai_client_inference_duplicates_total'

type Otlp = ReturnType<typeof asNow>['otlp']

/** Of the answers' ids those are looked at for duplicates that end so. */
const watchedId = (id: string) => `${id.slice(0, -1)}0`

const fixtures = new Map(readFixtures().map((fixture) => [fixture.name, fixture]))

function fixture(name: string): Fixture {
  const found = fixtures.get(name)
  if (!found) throw new Error(`no fixture ${name}`)
  return found
}

/** A fixture's spans, with answers that are looked at for duplicates; all in the given trace, below the given span. */
function watched(from: Fixture, service = from.name, traceId?: string, parentSpanId?: string): Otlp {
  const { otlp, traceIds } = asNow({ ...from, name: service })
  const fresh = new Map(traceIds.map((id) => [id, traceId ?? newTraceId()]))
  for (const { scopeSpans } of otlp.resourceSpans) {
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      span.traceId = fresh.get(span.traceId)!
      for (const { key, value } of span.attributes ?? [])
        if (key.endsWith('response.id') && value.stringValue) value.stringValue = watchedId(value.stringValue)
      if (parentSpanId !== undefined && !span.parentSpanId) span.parentSpanId = parentSpanId
    }
  }
  return otlp
}

const firstSpanId = ({ resourceSpans }: Otlp) => resourceSpans[0]!.scopeSpans[0]!.spans[0]!.spanId

let pipeline: Pipeline

async function post(signal: 'traces' | 'metrics' | 'logs', body: unknown): Promise<number> {
  const { status } = await fetch(`${pipeline.otlpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return status
}

/** Two fixtures of the same call: the second one's spans below the first one's, in one trace, each in its own request. */
async function sendTwice(outer: [Fixture, string], inner: [Fixture, string], times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const traceId = newTraceId()
    const above = watched(...outer, traceId)
    expect(await post('traces', above)).toBe(200)
    expect(await post('traces', watched(...inner, traceId, firstSpanId(above)))).toBe(200)
  }
}

const value = async (promql: string) => (await query(pipeline.prometheusUrl, promql))[0]?.value ?? 0
const total = (metric: string, service: string) => value(`sum(${metric}{service_name="${service}"})`)

async function expectTotals(service: string, expected: { calls: number; input: number; output: number }) {
  await eventually(async () => {
    expect({
      calls: await total(CALLS, service),
      input: await total(INPUT, service),
      output: await total(OUTPUT, service),
    }).toEqual(expected)
  })
}

/** By hand: 10 and 1 tokens of claude-haiku-4-5, 0.000015 USD. */
const call = (attributes: Attributes = {}): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-haiku-4-5',
  'gen_ai.usage.input_tokens': 10,
  'gen_ai.usage.output_tokens': 1,
  ...attributes,
})

const send = (service: string, scope: string, ...spans: Attributes[]) =>
  sendSpans(pipeline.otlpUrl, {
    service,
    scope,
    spans: spans.map((attributes) => ({ traceId: newTraceId(), attributes })),
  } satisfies Batch)

const PLAIN = fixture('anthropic-sdk/anthropic-plain')
const OPENAI = fixture('openai-node/openai-plain')

beforeAll(async () => {
  pipeline = await startPipeline({ environment: { GENAI_AGENTS: 'spans' } })
  for (const each of fixtures.values()) expect(await post('traces', watched(each))).toBe(200)

  await sendTwice([PLAIN, 'two sdks'], [fixture('openinference/anthropic-plain'), 'two sdks'], 3)
  await sendTwice([PLAIN, 'native and js'], [fixture('openllmetry-js/anthropic-plain'), 'native and js'], 2)
  await sendTwice(
    [fixture('langsmith-python/langchain-anthropic-plain'), 'langchain'],
    [fixture('openllmetry-python/anthropic-plain'), 'langchain'],
    4,
  )
  await sendTwice([OPENAI, 'app'], [fixture('litellm/v1-openai-plain'), 'gateway'], 5)
}, 180_000)
afterAll(() => pipeline.stop())

const named = (pattern: RegExp) => {
  const found = [...fixtures.values()].filter(({ name }) => pattern.test(name))
  if (found.length === 0) throw new Error(`no fixture ${pattern}`)
  return found.map((each) => [each.name, each] as const)
}

async function expectTruth(each: Fixture) {
  await expectTotals(each.name, {
    calls: each.truth.length,
    input: expectedTokens(each, 'input'),
    output: expectedTokens(each, 'output'),
  })
}

describe('1: the outer and the inner span of the AI SDK', () => {
  test.each(named(/^ai-sdk-.+\/(tools|tools-stream|object|embed-many)$/))('%s', (_, each) =>
    expectTruth(each),
  )
})

describe('2: agents, workflows, chains and steps that repeat their calls', () => {
  test.each(
    named(
      /^(strands|agent-framework|google-adk|pydantic-ai)\/.*tools$|^langsmith-python\/langchain|^langfuse-python\/langchain/,
    ),
  )('%s', (_, each) => expectTruth(each))

  test('by hand: OpenInference’s AGENT and CHAIN, a workflow, a step, a remote agent', async () => {
    const kind = (name: string) => ({
      'openinference.span.kind': name,
      'llm.model_name': 'claude-haiku-4-5',
      'llm.provider': 'anthropic',
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 1,
    })
    await send('parents', 'openinference', kind('AGENT'), kind('CHAIN'), kind('LLM'))
    const operations = ['invoke_agent', 'invoke_workflow', 'agent_step', 'create_agent', 'plan', 'retrieval']
    await send(
      'parents',
      'my-agent',
      ...operations.map((name) => call({ 'gen_ai.operation.name': name })),
      call(),
    )
    await expectTotals('parents', { calls: 2, input: 20, output: 2 })
  })
})

describe('3: two instrumentations of one call', () => {
  test.each([
    ['two sdks', 3],
    ['native and js', 2],
    ['langchain', 4],
  ])('%s: each call is counted once', async (service, times) => {
    await expectTotals(service, { calls: times, input: times * 12, output: times * 40 })
  })
})

describe('4: an application and its gateway', () => {
  test('each call is counted once', async () => {
    await expectTotals('app', { calls: 5, input: 5 * 11, output: 5 * 64 })
    await expectTotals('gateway', { calls: 0, input: 0, output: 0 })
  })
})

describe('5: the SDK’s span and the Claude API’s own', () => {
  test.each(named(/^anthropic-sdk\/with-server-span$|^claude-api\//))('%s', (_, each) => expectTruth(each))
})

describe('6: Claude Code, which tells the same in spans, metrics and logs', () => {
  test.each(named(/^claude-code\//))('%s', async (_, each) => {
    const attributes = [{ key: 'type', value: { stringValue: 'input' } }]
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: each.name } }] }
    const dataPoints = [{ asDouble: 1000, timeUnixNano: `${Date.now()}000000`, attributes }]
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints }
    await post('metrics', {
      resourceMetrics: [
        { resource, scopeMetrics: [{ metrics: [{ name: 'claude_code.token.usage', unit: 'tokens', sum }] }] },
      ],
    })
    const body = { stringValue: 'claude_code.api_request' }
    const logAttributes = [{ key: 'input_tokens', value: { intValue: '1000' } }]
    await post('logs', {
      resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ body, attributes: logAttributes }] }] }],
    })
    await expectTruth(each)
    // Its own metric stays its own.
    await eventually(async () => {
      const own = await query(pipeline.prometheusUrl, `{__name__=~"claude_code.*", job="${each.name}"}`)
      expect(own.map(({ value }) => value)).toEqual([1000])
    })
  })
})

test('7: a provider has one name, whatever it is called', async () => {
  await send('providers', 'old', call({ 'gen_ai.provider.name': undefined, 'gen_ai.system': 'Anthropic' }))
  await send('providers', 'new', call())
  await send('providers', 'loud', call({ 'gen_ai.provider.name': 'ANTHROPIC' }))
  await send('providers', 'ai', {
    'ai.operationId': 'ai.generateText.doGenerate',
    'ai.model.provider': 'anthropic.messages',
    ...call({ 'gen_ai.operation.name': undefined, 'gen_ai.provider.name': undefined }),
    'gen_ai.system': 'anthropic.messages',
  })
  await expectTotals('providers', { calls: 4, input: 40, output: 4 })
  const series = await query(
    pipeline.prometheusUrl,
    `sum by (gen_ai_provider_name) (${INPUT}{service_name="providers"})`,
  )
  expect(series.map(({ labels }) => labels)).toEqual([{ gen_ai_provider_name: 'anthropic' }])
})

test('8: metrics of a library, of the names of ours, are not mixed with ours', async () => {
  await send('metrics', 'my-tracer', call())
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'metrics' } }] }
  const attributes = [{ key: 'gen_ai.operation.name', value: { stringValue: 'chat' } }]
  const point = { timeUnixNano: `${Date.now()}000000`, startTimeUnixNano: '1', attributes }
  const temporality = { aggregationTemporality: 2 }
  const histogram = {
    ...temporality,
    dataPoints: [{ ...point, count: '7', sum: 7, explicitBounds: [1], bucketCounts: ['7', '0'] }],
  }
  const sum = { ...temporality, isMonotonic: true, dataPoints: [{ ...point, asInt: '1000' }] }
  expect(
    await post('metrics', {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              metrics: [
                { name: 'gen_ai.client.inference.duration', unit: 's', histogram },
                { name: 'gen_ai.client.inference.usage.input_tokens', unit: '{token}', sum },
              ],
            },
          ],
        },
      ],
    }),
  ).toBe(200)
  await expectTotals('metrics', { calls: 1, input: 10, output: 1 })
  await eventually(async () => {
    const [reported] = await query(
      pipeline.prometheusUrl,
      'gen_ai_client_inference_usage_input_tokens_reported_total{job="metrics"}',
    )
    expect(reported?.value).toBe(1000)
  })
})

describe('9: what is about a call, and is none', () => {
  test.each(named(/^anthropic-sdk\/(count-tokens|retried)$/))('%s', (_, each) => expectTruth(each))

  test('by hand: a fetched response, a count, a batch, a reranking', async () => {
    const operations = ['fetch_response', 'count_tokens', 'rerank', 'create_batch']
    await send(
      'about calls',
      'com.anthropic.sdk.python',
      ...operations.map((name) => call({ 'gen_ai.operation.name': name })),
      // As the Anthropic SDK names its batches and counts: without an operation.
      call({ 'gen_ai.operation.name': undefined }),
      call(),
    )
    await expectTotals('about calls', { calls: 1, input: 10, output: 1 })
  })
})

describe('10: the cache is added to the input where it is not in it, and only there', () => {
  test.each(named(/\/.*cached/))('%s', async (_, each) => {
    await expectTruth(each)
    const read = each.truth.reduce((sum, { cache_read }) => sum + cache_read, 0)
    if (!each.unsaid?.some((what) => what === 'cached' || what === 'cache_read'))
      expect(await total(READ, each.name)).toBe(read)
  })
})

test('11: tokens under two names count once', async () => {
  await send(
    'two names',
    'strands.telemetry.tracer',
    call({
      'gen_ai.system': 'strands-agents',
      'gen_ai.usage.prompt_tokens': 10,
      'gen_ai.usage.completion_tokens': 1,
      'gen_ai.usage.total_tokens': 11,
    }),
  )
  await send(
    'two names',
    'my-tracer',
    call({ 'gen_ai.usage.prompt_tokens': 10, 'gen_ai.usage.completion_tokens': 1 }),
  )
  await expectTotals('two names', { calls: 2, input: 20, output: 2 })
  expect(await total(COST, 'two names')).toBeCloseTo(2 * 0.000015, 12)
})

test('12: what an agent has used in its life counts in none of its runs', async () => {
  for (let run = 1; run <= 3; run++) {
    await send(
      'lifetimes',
      'strands.telemetry.tracer',
      call(),
      call({
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.usage.input_tokens': 10 * run,
        'gen_ai.usage.output_tokens': run,
      }),
    )
  }
  await expectTotals('lifetimes', { calls: 3, input: 30, output: 3 })
})

describe('13: two reports of a call without a trace in common: both are counted, and a metric says so', () => {
  const answer = (id: string | undefined, attributes: Attributes = {}) =>
    call({ 'gen_ai.response.id': id, ...attributes })
  // A second that is looked at, and one that is not.
  const second = Math.floor(Date.now() / 10_000) * 10_000
  const ended = (service: string, scope: string, end: number) =>
    sendSpans(pipeline.otlpUrl, {
      service,
      scope,
      spans: [{ start: end - 2000, duration: 2000, attributes: call() }],
    })

  beforeAll(async () => {
    for (const id of ['msg_a0', 'msg_b1', 'msg_c2', 'msg_d3']) {
      // The SDK's, so that none waits.
      await send('twice', 'com.anthropic.sdk.python', answer(id))
      await send('twice', 'com.anthropic.sdk.go', answer(id))
      await send('its gateway', 'com.anthropic.sdk.python', answer(`${id}0`))
      await send('its application', 'com.anthropic.sdk.python', answer(`${id}0`))
      // Read twice by one library.
      await send('once', 'com.anthropic.sdk.python', answer(id.replace('msg', 'own')))
      await send('once', 'com.anthropic.sdk.python', answer(id.replace('msg', 'own')))
    }
    await send('once', 'com.anthropic.sdk.go', answer('msg_e0', { 'gen_ai.usage.input_tokens': 0 }))
    await ended('without ids', 'com.anthropic.sdk.python', second)
    await ended('without ids', 'com.anthropic.sdk.go', second + 300)
    await ended('without ids', 'com.anthropic.sdk.java', second + 1000)
  })

  test.each([
    ['twice', 8, 4],
    ['once', 9, 0],
    ['without ids', 3, 1],
  ])('%s', async (service, calls, duplicates) => {
    await eventually(async () => {
      expect(await total(CALLS, service)).toBe(calls)
      expect(
        await query(pipeline.prometheusUrl, `sum(${DUPLICATES}{service_name="${service}"})`),
      ).toMatchObject([{ value: duplicates }])
    }, 120_000)
  })

  test('two services', async () => {
    await eventually(async () => expect(await total(DUPLICATES, '')).toBeGreaterThanOrEqual(4), 120_000)
    expect(await total(DUPLICATES, 'its gateway')).toBe(0)
    expect(await total(DUPLICATES, 'its application')).toBe(0)
  })
})

test('no library alone is taken for two', async () => {
  const names = [...fixtures.keys()]
  // Every service whose answers have ids has this counter, with 0.
  const counted = await eventually(async () => {
    const series = await query(pipeline.prometheusUrl, `sum by (service_name) (${DUPLICATES})`)
    const found = series.filter(({ labels }) => names.includes(labels.service_name ?? ''))
    expect(found.length).toBeGreaterThan(100)
    return found
  }, 120_000)
  expect(counted.filter(({ value }) => value > 0)).toEqual([])
})
