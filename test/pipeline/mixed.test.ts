/**
 * Spans as no single library sends them, in the real Collector: of two instrumentations at once, with half of their
 * values, under words of one's own. Each counts once or not at all, and what cannot be known is named, never 0.
 */
import { Double } from '../lib/otlp.ts'
import type { Attributes, SpanInput } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let transform: Transform
beforeAll(async () => {
  transform = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => transform.stop())

/** What is counted of a span. */
interface Counted {
  role?: string | undefined
  operation?: string | undefined
  provider?: string | undefined
  request?: string | undefined
  response?: string | undefined
  input?: number | undefined
  output?: number | undefined
  /** USD, by hand, to 12 digits. */
  cost?: number | undefined
  flag?: string[] | undefined
}

const NAMES: Record<Exclude<keyof Counted, 'cost' | 'flag'>, string> = {
  role: 'genai.role',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  request: 'gen_ai.request.model',
  response: 'gen_ai.response.model',
  input: 'gen_ai.usage.input_tokens',
  output: 'gen_ai.usage.output_tokens',
}

async function expectCounted(span: SpanInput, expected: Counted, scope?: string) {
  const attributes = (await transform.run([{ name: 'call', ...span }], scope)).values().next().value!
  const { cost, flag, ...rest } = expected
  for (const [name, value] of Object.entries(rest)) {
    expect([name, attributes[NAMES[name as keyof typeof NAMES]]]).toEqual([name, value])
  }
  const list = attributes['genai.flag'] as { values: { stringValue: string }[] } | undefined
  expect(list?.values.map(({ stringValue }) => stringValue)).toEqual(flag)
  if (cost === undefined) {
    expect(Object.keys(attributes).filter((key) => key.startsWith('gen_ai.usage.cost'))).toEqual([])
    return
  }
  expect(attributes['gen_ai.usage.cost.amount']).toBeCloseTo(cost, 12)
  const parts = ['input', 'cache_read', 'cache_write', 'output'].map(
    (part) => attributes[`gen_ai.usage.cost.${part}`] as number,
  )
  expect(parts.reduce((a, b) => a + b)).toBe(attributes['gen_ai.usage.cost.amount'])
  expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
}

/** 0.25 and 2 USD per million. */
const GPT: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5-mini',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
}
const GPT_COST = 0.00025 + 0.0002
/** 2, 0.20 from the cache, 2.50 into it, and 10 USD per million. */
const CLAUDE: Attributes = {
  ...GPT,
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-5',
}
const without = (attributes: Attributes, ...names: string[]): Attributes => ({
  ...attributes,
  ...Object.fromEntries(names.map((name) => [name, undefined])),
})

describe('words of one’s own', () => {
  const counted: Counted = { role: 'inference', operation: 'chat', input: 1000, output: 100, cost: GPT_COST }
  test.each<[string, Counted]>([
    ['Chat', counted],
    [' CHAT ', counted],
    ['chat.completions', counted],
    ['chat.streaming_completions', counted],
    ['Completion', counted],
    ['Text_Completion', { ...counted, operation: 'text_completion' }],
    ['GENERATE_CONTENT', { ...counted, operation: 'generate_content' }],
    ['embedding', { ...counted, operation: 'embeddings' }],
    ['Execute_Tool', { role: 'tool', operation: 'execute_tool' }],
    [' invoke_agent', { role: 'agent', operation: 'invoke_agent' }],
    ['rerank', { role: undefined, operation: 'rerank' }],
    // Usage without a word that says what for: named, and not counted.
    ['', { role: 'unrecognized', operation: '' }],
  ])('the operation is %p', async (operation, expected) => {
    await expectCounted({ attributes: { ...GPT, 'gen_ai.operation.name': operation } }, expected)
  })

  test.each([
    [' OpenAI ', 'openai'],
    ['open_ai', 'openai'],
    ['Azure OpenAI', 'azure.ai.openai'],
    ['azure-openai', 'azure.ai.openai'],
  ])('the provider is %p', async (name, provider) => {
    await expectCounted(
      { attributes: { ...GPT, 'gen_ai.provider.name': name } },
      { role: 'inference', provider, cost: GPT_COST },
    )
  })

  test.each([
    [' Anthropic', 'anthropic'],
    ['Amazon Bedrock', 'aws.bedrock'],
    ['bedrock_converse', 'aws.bedrock'],
    ['Vertex AI', 'gcp.vertex_ai'],
    ['google-vertex', 'gcp.vertex_ai'],
    ['Google AI Studio', 'gcp.gemini'],
    ['google_genai_ai', 'gcp.gemini'],
    ['X.AI', 'x_ai'],
    ['Mistral AI', 'mistral_ai'],
  ])('the provider, of which these models are not, is %p', async (name, provider) => {
    await expectCounted({ attributes: { ...GPT, 'gen_ai.provider.name': name } }, { provider })
  })

  test.each([
    [' GPT-5-Mini ', 'gpt-5-mini', GPT_COST],
    ['gpt-5-mini ', 'gpt-5-mini', GPT_COST],
    // Names that have capitals keep them.
    ['Meta-Llama-3.1-8B', 'Meta-Llama-3.1-8B', undefined],
  ])('the model is %p', async (name, request, cost) => {
    await expectCounted({ attributes: { ...GPT, 'gen_ai.request.model': name } }, { request, cost })
    await expectCounted(
      { attributes: { ...GPT, 'gen_ai.response.model': name } },
      // Where nobody knows the model that answered, the one that was asked for has the price.
      { response: request, cost: GPT_COST },
    )
  })

  test('a model of nothing but spaces is none', async () => {
    await expectCounted(
      { attributes: { ...GPT, 'gen_ai.request.model': '  ' } },
      { request: undefined, role: 'inference', flag: ['request.model_empty'] },
    )
  })
})

describe('two instrumentations on one span: it counts once', () => {
  const both = {
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
  }
  const once = { role: 'inference', operation: 'chat', input: 1000, output: 100 }
  test.each<[string, Attributes, Counted]>([
    [
      'OpenInference and OpenLLMetry',
      {
        'openinference.span.kind': 'LLM',
        'llm.provider': 'openai',
        'llm.model_name': 'gpt-5-mini',
        'llm.token_count.prompt': 1000,
        'llm.token_count.completion': 100,
        'gen_ai.system': 'OpenAI',
        'gen_ai.usage.prompt_tokens': 1000,
        'gen_ai.usage.completion_tokens': 100,
        'llm.usage.total_tokens': 1100,
        'llm.request.type': 'chat',
      },
      { ...once, cost: GPT_COST },
    ],
    [
      'the AI SDK and Langfuse: the call',
      {
        ...both,
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'openai.responses',
        'ai.model.id': 'gpt-5-mini',
        'ai.usage.inputTokens': 1000,
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': '{"input":1000,"output":100}',
      },
      { ...once, cost: GPT_COST },
    ],
    [
      'the AI SDK and Langfuse: the span above it, with the same usage',
      {
        ...both,
        'ai.operationId': 'ai.generateText',
        'ai.model.provider': 'openai.responses',
        'ai.model.id': 'gpt-5-mini',
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': '{"input":1000,"output":100}',
      },
      { role: 'agent' },
    ],
    [
      'the AI SDK and Sentry',
      {
        ...both,
        'sentry.origin': 'auto.vercelai.otel',
        'gen_ai.operation.name': 'generate_text',
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.provider': 'anthropic.messages',
        'ai.model.id': 'claude-sonnet-5',
        'gen_ai.system': 'anthropic',
        'ai.usage.promptTokens': 1000,
      },
      { ...once, provider: 'anthropic', cost: 0.003 },
    ],
    [
      'the conventions, old and new, which differ: the new ones win',
      {
        ...GPT,
        'gen_ai.system': 'az.ai.openai',
        'gen_ai.usage.prompt_tokens': 900,
        'gen_ai.usage.completion_tokens': 90,
      },
      { ...once, provider: 'openai', cost: GPT_COST },
    ],
  ])('%s', async (_, attributes, expected) => {
    await expectCounted({ attributes }, expected)
  })

  test('LiteLLM’s names below Google’s ADK are of the provider that they begin with', async () => {
    await expectCounted(
      {
        name: 'generate_content openai/gpt-5-mini',
        attributes: {
          ...GPT,
          'gen_ai.operation.name': 'generate_content',
          'gen_ai.request.model': 'openai/gpt-5-mini',
        },
      },
      { role: 'inference', request: 'gpt-5-mini', cost: GPT_COST },
      'gcp.vertex.agent',
    )
  })
})

describe('half of the usage: named, and never less than nothing', () => {
  const input = 'gen_ai.usage.input_tokens'
  const output = 'gen_ai.usage.output_tokens'
  const read = 'gen_ai.usage.cache_read.input_tokens'
  const reasoning = 'gen_ai.usage.reasoning.output_tokens'
  test.each<[string, SpanInput, Counted]>([
    [
      'only the total',
      { attributes: { ...without(GPT, input, output), 'gen_ai.usage.total_tokens': 1100 } },
      { input: undefined, output: undefined, flag: ['usage_missing'] },
    ],
    [
      'in an event',
      {
        attributes: without(GPT, input, output),
        events: [{ name: 'gen_ai.choice', attributes: { [input]: 1000, [output]: 100 } }],
      },
      { input: undefined, output: undefined, flag: ['usage_on_event'] },
    ],
    [
      'a stream that ended early',
      { attributes: { ...without(CLAUDE, output), 'error.type': 'AbortError' }, status: 'error' },
      { input: 1000, output: undefined, cost: 0.002, flag: ['output_tokens_missing'] },
    ],
    [
      'a failed call, which has used nothing',
      { attributes: without(GPT, input, output), status: 'error' },
      {},
    ],
    [
      'no input',
      { attributes: without(GPT, input) },
      { input: undefined, output: 100, cost: 0.0002, flag: ['input_tokens_missing'] },
    ],
    [
      'nothing but 0',
      { attributes: { ...GPT, [input]: 0, [output]: 0 } },
      { cost: 0, flag: ['input_tokens_zero'] },
    ],
    [
      'embeddings have no output',
      {
        attributes: {
          ...without(GPT, output),
          'gen_ai.operation.name': 'embeddings',
          'gen_ai.request.model': 'text-embedding-3-small',
        },
      },
      { input: 1000, cost: 0.00002 },
    ],
    [
      'more cached than input',
      { attributes: { ...CLAUDE, [read]: 5000 } },
      { input: 6000, cost: 0.002 + 0.001 + 0.001 },
    ],
    ['all of it cached', { attributes: { ...CLAUDE, [read]: 1000 } }, { input: 1000, cost: 0.0002 + 0.001 }],
    [
      'cached, and no input',
      { attributes: { ...without(CLAUDE, input), [read]: 1000 } },
      { input: 1000, cost: 0.0002 + 0.001, flag: ['input_tokens_missing'] },
    ],
    [
      'cached, and an input that is none',
      { attributes: { ...CLAUDE, [input]: new Double(NaN), [read]: 1000 } },
      { input: 1000, cost: 0.0002 + 0.001, flag: ['input_tokens_invalid'] },
    ],
    [
      'more reasoning than output',
      { attributes: { ...GPT, [reasoning]: 500 } },
      { output: 600, cost: 0.00025 + 0.0012 },
    ],
    ['nothing but reasoning', { attributes: { ...GPT, [reasoning]: 100 } }, { output: 100, cost: GPT_COST }],
  ])('%s', async (_, span, expected) => {
    await expectCounted(span, { role: 'inference', ...expected })
  })

  // 2 USD of 1,000, 0.20 of 400 from the cache and 2.50 of 100 into it, 10 of 100.
  const cost = 0.002 + 0.00008 + 0.00025 + 0.001
  test.each<[string, Attributes]>([
    [
      'ai.tokens',
      {
        'ai.model': 'claude-sonnet-5',
        'ai.tokens.input': '1000',
        'ai.tokens.output': '100',
        'ai.tokens.cache_read': '400',
        'ai.tokens.cache_write': '100',
      },
    ],
    [
      'gen_ai.usage.cache_read_tokens',
      {
        'gen_ai.system': 'Anthropic ',
        'gen_ai.request.model': 'claude-sonnet-5',
        'gen_ai.usage.prompt_tokens': '1000',
        'gen_ai.usage.completion_tokens': '100',
        'gen_ai.usage.cache_read_tokens': '400',
        'gen_ai.usage.cache_write_tokens': '100',
      },
    ],
  ])('texts in place of numbers, the cache apart: %s', async (_, attributes) => {
    await expectCounted({ attributes }, { role: 'inference', input: 1500, output: 100, cost })
  })
})
