/**
 * Nothing with usage is left out in silence: a span that names a model and its usage is a call, or it is around calls, or
 * it is counted as not recognised. test/dialects has the libraries that are recognised, and that none of their spans is
 * taken for such a one.
 */
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { CALLS, INPUT } from '../lib/calls.ts'
import { newSpanId, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes, SpanInput } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

const UNRECOGNIZED = 'gen_ai_client_inference_unrecognized_total'

type Case = [what: string, span: Partial<SpanInput> & { attributes: Attributes }, scope?: string]

const tokens = { prompt_tokens: 10, completion_tokens: 1 }
const semconv = {
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-haiku-4-5',
  'gen_ai.usage.input_tokens': 10,
  'gen_ai.usage.output_tokens': 1,
}

const lost: Case[] = [
  ['plain names', { attributes: { model: 'm', ...tokens } }],
  ['a total alone', { attributes: { model_name: 'm', total_tokens: 11 } }],
  ['a count of tokens', { attributes: { 'llm.model': 'm', 'llm.token_count': 11 } }],
  ['tokens by direction', { attributes: { 'model.name': 'm', 'tokens.in': 10, 'tokens.out': 1 } }],
  ['camel case', { attributes: { modelId: 'm', promptTokens: 10, completionTokens: 1 } }],
  ['usage with a prefix', { attributes: { 'ai.model.id': 'm', 'ai.usage.totalTokens': 11 } }],
  ['usage as an object', { attributes: { 'llm.request.model': 'm', 'llm.usage': '{"prompt_tokens":10}' } }],
  ['OpenAI’s names', { attributes: { 'openai.model': 'm', 'openai.response.usage.total_tokens': 11 } }],
  ['Bedrock’s names', { attributes: { 'aws.bedrock.model_id': 'm', 'usage.inputTokens': 10 } }],
  ['the conventions’ usage without a model', { attributes: { 'gen_ai.usage.output_tokens': 11 } }],
  [
    'the conventions’ names with neither operation nor provider',
    { kind: 'internal', attributes: { ...semconv, 'gen_ai.provider.name': undefined } },
  ],
  ['an operation that nobody knows', { attributes: { ...semconv, 'gen_ai.operation.name': 'completion2' } }],
  ['an operation of many', { attributes: { ...semconv, 'gen_ai.operation.name': 'batch_completion' } }],
  ['a name with an agent’s in it', { name: 'support-agent llm call', attributes: { model: 'm', ...tokens } }],
  [
    'a model server',
    { kind: 'server', name: 'llm_request', attributes: { ...semconv, 'gen_ai.provider.name': undefined } },
  ],
  [
    'a request that has its model’s usage',
    {
      kind: 'server',
      name: 'POST /ask',
      attributes: { 'http.request.method': 'POST', model: 'm', ...tokens },
    },
  ],
  [
    'a kind of span that OpenInference’s file does not know',
    {
      attributes: {
        'openinference.span.kind': 'REALTIME',
        'llm.model_name': 'm',
        'llm.token_count.prompt': 10,
      },
    },
  ],
  [
    'an inner function of the AI SDK’s that its file does not know',
    { attributes: { 'ai.operationId': 'ai.dream.doDream', 'ai.model.id': 'm', 'ai.usage.inputTokens': 10 } },
  ],
  [
    'a pass-through of LiteLLM’s proxy',
    { attributes: { ...semconv, 'gen_ai.operation.name': 'pass_through_endpoint' } },
    'litellm',
  ],
  [
    'a new operation of an SDK',
    { attributes: { ...semconv, 'gen_ai.operation.name': 'dream' } },
    'com.anthropic.sdk.python',
  ],
  ['usage on an event', { attributes: { model: 'm' }, events: [{ name: 'usage', attributes: tokens }] }],
]

const around: Case[] = [
  ...[
    'create_agent',
    'agent_step',
    'plan',
    'retrieval',
    'rerank',
    'count_tokens',
    'fetch_response',
    'create_batch',
    'execute_task',
  ].map((operation): Case => [operation, { attributes: { ...semconv, 'gen_ai.operation.name': operation } }]),
  ...['agent.run', 'invoke_agent clerk', 'AgentExecutor', 'my_workflow', 'run crew', 'chain'].map(
    (name): Case => [
      `a span “${name}” without an operation`,
      { name, kind: 'internal', attributes: { model: 'm', ...tokens } },
    ],
  ),
  [
    'a span that names its agent',
    { name: 'clerk', attributes: { ...semconv, 'gen_ai.agent.name': 'clerk' }, kind: 'internal' },
  ],
  [
    'OpenInference’s chain',
    {
      attributes: { 'openinference.span.kind': 'CHAIN', 'llm.model_name': 'm', 'llm.token_count.prompt': 10 },
    },
  ],
  [
    'the AI SDK’s outer span',
    { attributes: { 'ai.operationId': 'ai.embedMany', 'ai.model.id': 'm', 'ai.usage.tokens': 10 } },
  ],
  [
    'LiteLLM’s raw request',
    {
      name: 'raw_gen_ai_request',
      attributes: { 'llm.openai.model': 'm', 'llm.openai.usage': '{}', 'gen_ai.request.model': 'm' },
    },
    'litellm',
  ],
  ['a batch of the Anthropic SDK’s', { attributes: semconv }, 'com.anthropic.sdk.python'],
]

const nothing: Case[] = [
  ['a model without usage', { attributes: { model: 'm', max_tokens: 10, 'gen_ai.request.max_tokens': 10 } }],
  ['usage without a model', { attributes: { total_tokens: 10, 'cpu.usage': 1 } }],
  ['a car', { attributes: { model: 'GLF', 'fuel.usage': 7, csrf_token: 'x', token: 'y' } }],
  [
    'a rate limit',
    {
      attributes: {
        model: 'm',
        'ratelimit.remaining_tokens': 10,
        'llm.token_limit': 9,
        max_output_tokens: 3,
      },
    },
  ],
]

let transform: Transform
beforeAll(async () => {
  transform = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => transform.stop())

async function roleOf([what, span, scope = 'made-up']: Case) {
  const name = span.name ?? what
  return (await transform.run([{ ...span, name }], scope)).get(name)!['genai.role']
}

test.each(lost)('not recognised: %s', async (...each) => {
  expect(await roleOf(each)).toBe('unrecognized')
})

test.each(around)('around calls, or about them: %s', async (...each) => {
  expect(await roleOf(each)).toBeUndefined()
})

test.each(nothing)('no usage: %s', async (...each) => {
  expect(await roleOf(each)).toBeUndefined()
})

test('what has a role keeps it', async () => {
  const roles = await transform.run([
    { name: 'call', attributes: { ...semconv, 'gen_ai.operation.name': 'chat' } },
    { name: 'agent', attributes: { ...semconv, 'gen_ai.operation.name': 'invoke_agent' } },
    { name: 'workflow', attributes: { ...semconv, 'gen_ai.operation.name': 'invoke_workflow' } },
    { name: 'tool', attributes: { ...semconv, 'gen_ai.operation.name': 'execute_tool' } },
    { name: 'request', kind: 'server', attributes: { 'app.endpoint': '/ask', model: 'm', ...tokens } },
  ])
  expect([...roles].map(([name, attributes]) => [name, attributes['genai.role']])).toEqual([
    ['call', 'inference'],
    ['agent', 'agent'],
    ['workflow', 'workflow'],
    ['tool', 'tool'],
    ['request', 'request'],
  ])
})

test('a call whose usage is on its event says so', async () => {
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.provider.name': 'anthropic',
  }
  const spans = await transform.run([
    {
      name: 'on events',
      attributes: call,
      events: [
        { name: 'a', attributes: tokens },
        { name: 'b', attributes: tokens },
      ],
    },
    { name: 'nowhere', attributes: call, events: [{ name: 'a', attributes: { x: 1 } }] },
    { name: 'on both', attributes: { ...call, ...semconv }, events: [{ name: 'a', attributes: tokens }] },
  ])
  expect(spans.get('on events')!['genai.flag']).toMatchObject({ values: [{ stringValue: 'usage_on_event' }] })
  expect(spans.get('nowhere')!['genai.flag']).toMatchObject({ values: [{ stringValue: 'usage_missing' }] })
  expect(spans.get('on both')).not.toHaveProperty(['genai.flag'])
})

describe('in the whole pipeline', () => {
  let pipeline: Pipeline
  beforeAll(async () => {
    pipeline = await startPipeline()
  }, 180_000)
  afterAll(() => pipeline.stop())

  test('around a call that is counted it is not named: directly, with a span between, and in whatever order they arrive', async () => {
    const sdk = (span: Partial<SpanInput>) => ({
      service: 'wrapped',
      scope: 'com.anthropic.sdk.python',
      spans: [{ ...span, attributes: { ...semconv, 'gen_ai.operation.name': 'chat' } }],
    })
    const outer = (span: Partial<SpanInput>) => ({
      service: 'wrapped',
      scope: 'made-up',
      spans: [{ name: 'made_up.call', ...span, attributes: { model: 'm', ...tokens } }],
    })
    for (const parentSpanId of [undefined, newSpanId()]) {
      for (const reverse of [false, true]) {
        const [traceId, spanId] = [newTraceId(), newSpanId()]
        const batches = [sdk({ traceId, parentSpanId: parentSpanId ?? spanId }), outer({ traceId, spanId })]
        for (const batch of reverse ? batches.toReversed() : batches) await sendSpans(pipeline.otlpUrl, batch)
      }
    }
    // In a trace of its own: it is the last to be decided.
    await sendSpans(pipeline.otlpUrl, { ...outer({}), service: 'alone' })
    const count = async (metric: string, service: string) =>
      (await query(pipeline.prometheusUrl, `sum(${metric}{service_name="${service}"})`))[0]?.value
    await eventually(async () => {
      expect(await count(UNRECOGNIZED, 'alone')).toBe(1)
      expect(await count(CALLS, 'wrapped')).toBe(4)
    }, 120_000)
    expect(await count(UNRECOGNIZED, 'wrapped')).toBeUndefined()
  }, 150_000)

  test('named by service, scope and operation within two minutes, and in no other metric', async () => {
    const environment = { 'deployment.environment.name': 'production' }
    await sendSpans(
      pipeline.otlpUrl,
      {
        service: 'lost',
        resource: environment,
        scope: 'made-up',
        spans: [
          { name: 'made_up.call', attributes: { model: 'm', ...tokens } },
          { name: 'made_up.call', attributes: { model: 'n', ...tokens } },
          { name: 'job 12345 of 3f2a9c', attributes: { model: 'm', ...tokens } },
          { name: 'Where is my parcel, and when does it arrive?', attributes: { model: 'm', ...tokens } },
        ],
      },
      {
        service: 'lost',
        resource: environment,
        spans: [{ name: 'x', attributes: { ...semconv, 'gen_ai.operation.name': 'completion2' } }],
      },
    )
    await eventually(async () => {
      const found = await query(
        pipeline.prometheusUrl,
        `sum by (service_name, deployment_environment_name, genai_scope, gen_ai_operation_name) (increase(${UNRECOGNIZED}{service_name="lost"}[1h])) > 0`,
      )
      const labels = { service_name: 'lost', deployment_environment_name: 'production' }
      const scoped = { ...labels, genai_scope: 'made-up' }
      expect(found.map(({ labels, value }) => ({ ...labels, value: Math.round(value) }))).toEqual(
        expect.arrayContaining([
          { ...scoped, gen_ai_operation_name: 'made_up.call', value: 2 },
          { ...scoped, gen_ai_operation_name: 'job 0 of 0', value: 1 },
          { ...scoped, gen_ai_operation_name: '_OTHER', value: 1 },
          { ...labels, genai_scope: 'test', gen_ai_operation_name: 'completion2', value: 1 },
        ]),
      )
      expect(found).toHaveLength(4)
    }, 120_000)
    expect(
      await query(pipeline.prometheusUrl, `{__name__=~"${CALLS}|${INPUT}",service_name="lost"}`),
    ).toEqual([])
  }, 150_000)
})
