/** Spans that name a model and have usage, but not what they are or whose the model is, in the real Collector. */
import { calcPrice } from '@pydantic/genai-prices'
import type { Attributes, SpanInput } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let transform: Transform
beforeAll(async () => {
  transform = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => transform.stop())

async function normalized(scope: string, span: SpanInput): Promise<Attributes> {
  const name = span.name ?? 'span'
  return (await transform.run([{ kind: 'internal', ...span, name }], scope)).get(name)!
}

const ofGoogle = {
  'gen_ai.request.model': 'gemini-2.5-flash',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 1000,
}

test.each<[string, string, string, Attributes, string, string, number]>([
  [
    'LiveKit until 1.3',
    'livekit-agents',
    'llm_request',
    { ...ofGoogle, 'lk.llm_metrics': '{}' },
    'gcp.gemini',
    'google',
    1000,
  ],
  [
    'Quarkus',
    'io.quarkus.opentelemetry',
    'completion gpt-4o-mini',
    {
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.usage.prompt_tokens': 1000,
      'gen_ai.usage.completion_tokens': 100,
    },
    'openai',
    'openai',
    100,
  ],
  [
    'Cloudflare AI Gateway',
    'ai-gateway',
    'chat',
    {
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.model.provider': 'openai',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.usage.cost': 0.00021,
    },
    'openai',
    'openai',
    100,
  ],
  [
    'Gemini CLI',
    'gemini-cli',
    'llm_call',
    { ...ofGoogle, 'gen_ai.operation.name': 'llm_call', 'gen_ai.prompt.name': 'p########1' },
    'gcp.gemini',
    'google',
    1000,
  ],
])('%s: a call, and its price', async (_, scope, name, attributes, provider, id, output) => {
  const usage = { input_tokens: 1000, output_tokens: output }
  const model = attributes['gen_ai.request.model'] as string
  const cost = calcPrice(usage, model, { providerId: id })!.total_price
  expect(cost).toBeGreaterThan(0)
  expect(await normalized(scope, { name, attributes })).toMatchObject({
    'genai.role': 'inference',
    'gen_ai.provider.name': provider,
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cost.amount': expect.closeTo(cost, 12) as number,
  })
})

test.each<[string, string, string, Attributes]>([
  [
    'a model whose maker its name does not say',
    'io.quarkus.opentelemetry',
    'completion my-model',
    { 'gen_ai.request.model': 'my-model', 'gen_ai.usage.prompt_tokens': 10 },
  ],
  [
    'the same of LiveKit',
    'livekit-agents',
    'llm_request',
    { 'gen_ai.request.model': 'my-model', 'gen_ai.usage.output_tokens': 10 },
  ],
])('%s counts, and has no price', async (_, scope, name, attributes) => {
  const span = await normalized(scope, { name, attributes })
  expect(span).toMatchObject({ 'genai.role': 'inference', 'gen_ai.operation.name': 'chat' })
  expect(span).not.toHaveProperty(['gen_ai.usage.cost.amount'])
})

test.each<[string, string, string, Attributes]>([
  ['an attempt of LiveKit', 'livekit-agents', 'llm_request_run', { 'gen_ai.request.model': 'gpt-4o' }],
  ['the node around LiveKit’s call', 'livekit-agents', 'llm_node', { 'gen_ai.request.model': 'gpt-4o' }],
  [
    'LiveKit’s fallback around calls',
    'livekit-agents',
    'llm_fallback_adapter',
    { 'gen_ai.request.model': 'gpt-4o' },
  ],
  [
    'Pipecat’s speech',
    'pipecat',
    'tts',
    {
      'gen_ai.operation.name': 'tts',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini-tts',
    },
  ],
  [
    'what Pipecat sends in a realtime session',
    'pipecat',
    'llm_request',
    { 'gen_ai.operation.name': 'llm_request', 'gen_ai.provider.name': 'openai' },
  ],
  ['a span of another Quarkus library', 'io.quarkus.opentelemetry', 'GET /', ofGoogle],
  ['a prompt of Gemini CLI', 'gemini-cli', 'user_prompt', { 'gen_ai.operation.name': 'user_prompt' }],
  ['a span of a scope that nobody knows, unless it is a client’s', 'my-app', 'work', ofGoogle],
])('%s is no call', async (_, scope, name, attributes) => {
  const span = await normalized(scope, { name, attributes })
  expect(span['genai.role']).not.toBe('inference')
})

test('what Pipecat says of a realtime session’s answer is a call', async () => {
  expect(
    await normalized('pipecat', {
      name: 'llm_response',
      attributes: {
        'gen_ai.operation.name': 'llm_response',
        'gen_ai.provider.name': 'gcp.gemini',
        'gen_ai.request.model': 'gemini-live-2.5-flash',
        'gen_ai.usage.input_tokens': 900,
        'gen_ai.usage.output_tokens': 120,
        'gen_ai.usage.audio.output_tokens': 100,
      },
    }),
  ).toMatchObject({ 'genai.role': 'inference', 'gen_ai.operation.name': 'chat' })
})

test.each<[string, string, Attributes]>([
  ['tool_call of Gemini CLI', 'gemini-cli', { 'gen_ai.tool.name': 'read_file' }],
  ['function_tool of LiveKit', 'livekit-agents', { 'lk.function_tool.name': 'read_file' }],
])('%s is a tool’s run', async (name, scope, attributes) => {
  expect(await normalized(scope, { name: name.split(' ')[0]!, attributes })).toMatchObject({
    'genai.role': 'tool',
    'gen_ai.tool.name': 'read_file',
  })
})

describe('Langfuse’s attributes without a type', () => {
  const named = {
    'langfuse.observation.model.name': 'gpt-4o',
    'langfuse.observation.usage_details': '{"input":200,"input_cached_tokens":800,"output":100}',
  }
  const cost = calcPrice({ input_tokens: 1000, cache_read_tokens: 800, output_tokens: 100 }, 'gpt-4o', {
    providerId: 'openai',
  })!.total_price

  test('are a generation', async () => {
    expect(await normalized('my-app', { attributes: named })).toMatchObject({
      'genai.dialect': 'langfuse',
      'genai.role': 'inference',
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.cache_read.input_tokens': 800,
      'gen_ai.usage.cost.amount': expect.closeTo(cost, 12) as number,
    })
  })

  test('on an agent’s span are no call', async () => {
    const span = await normalized('my-app', {
      attributes: { ...named, 'gen_ai.operation.name': 'invoke_agent' },
    })
    expect(span['genai.role']).not.toBe('inference')
  })
})

describe('Vercel’s gateway: the provider’s prices, by the word before the model’s name', () => {
  const usage = { input_tokens: 1000, output_tokens: 500 }
  const cost = calcPrice(usage, 'claude-sonnet-5', { providerId: 'anthropic' })!.total_price
  const counted = { 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 500 }
  test.each<[string, string, Attributes]>([
    [
      'AI SDK',
      'ai',
      {
        ...counted,
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'gateway',
        'ai.model.id': 'anthropic/claude-sonnet-5',
        'ai.response.model': 'anthropic/claude-sonnet-5',
      },
    ],
    [
      'AI SDK 7',
      'gen_ai',
      {
        ...counted,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'gateway',
        'gen_ai.request.model': 'anthropic/claude-sonnet-5',
        'gen_ai.response.model': 'anthropic/claude-sonnet-5',
      },
    ],
    [
      'OpenAI’s SDK',
      'opentelemetry.instrumentation.genai.openai',
      {
        ...counted,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'server.address': 'ai-gateway.vercel.sh',
        'gen_ai.request.model': 'anthropic/claude-sonnet-5',
      },
    ],
  ])('by the %s', async (_, scope, attributes) => {
    expect(await normalized(scope, { attributes })).toMatchObject({
      'genai.role': 'inference',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5',
      'gen_ai.usage.cost.amount': expect.closeTo(cost, 12) as number,
    })
  })
})
