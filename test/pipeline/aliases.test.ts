/**
 * Words for cached, written, thought and total tokens as they occur in the wild, and what each says of the input and the
 * output, in the real Collector. The oracle of what a call cost is the data set's own calculation.
 */
import { calcPrice } from '@pydantic/genai-prices'
import type { Attributes } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let transform: Transform
beforeAll(async () => {
  transform = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => transform.stop())

async function normalized(attributes: Attributes, scope = 'my-tracer'): Promise<Attributes> {
  return (await transform.run([{ name: 'call', attributes }], scope)).get('call')!
}

interface Usage {
  input: number
  output: number
  read?: number
  write?: number
  reasoning?: number
}

/** What the span must say then, and what the call cost. */
function expected(usage: Usage, model: string, providerId: string): Attributes {
  const cost = calcPrice(
    {
      input_tokens: usage.input,
      output_tokens: usage.output,
      cache_read_tokens: usage.read ?? 0,
      cache_write_tokens: usage.write ?? 0,
    },
    model,
    { providerId },
  )!.total_price
  expect(cost).toBeGreaterThan(0)
  return {
    'genai.role': 'inference',
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    ...(usage.read !== undefined && { 'gen_ai.usage.cache_read.input_tokens': usage.read }),
    ...(usage.write !== undefined && { 'gen_ai.usage.cache_write.input_tokens': usage.write }),
    ...(usage.reasoning !== undefined && { 'gen_ai.usage.reasoning.output_tokens': usage.reasoning }),
    'gen_ai.usage.cost.amount': expect.closeTo(cost, 12) as number,
  }
}

const call = (provider: string, model: string, input: number, output: number, more: Attributes = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
  ...more,
})
const usage = (words: Record<string, string | number>): Attributes =>
  Object.fromEntries(Object.entries(words).map(([word, value]) => [`gen_ai.usage.${word}`, value]))

describe('a word for cached tokens', () => {
  const CACHED = [
    'gen_ai.usage.cached_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.input_cached_tokens',
    'gen_ai.usage.prompt_tokens_details.cached_tokens',
    'gen_ai.usage.input_tokens_details.cached_tokens',
    'gen_ai.usage.input_tokens_details.cached',
    'gen_ai.usage.prompt_tokens_details.cache_read',
    'gen_ai.usage.input_token_details.cache_read',
    'gen_ai.usage.input_tokens.cached',
    'gen_ai.usage.cached_content_tokens',
    'gen_ai.usage.cached_content_token_count',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cache_read_tokens',
    'llm.usage.cached_tokens',
    'llm.usage.cached_input_tokens',
    'llm.usage.cache_read_input_tokens',
    'llm.usage.cache_read_tokens',
    'llm.tokens.cached',
    'llm.tokens.cache_read',
  ]
  test.each(CACHED)('%s of OpenAI is within the input', async (word) => {
    const span = await normalized(call('openai', 'gpt-4o', 1000, 100, { [word]: 800 }))
    expect(span).toMatchObject(expected({ input: 1000, output: 100, read: 800 }, 'gpt-4o', 'openai'))
    expect(span).not.toHaveProperty(['genai.flag'])
  })

  test.each([
    ['cache_read_input_tokens', 'cache_creation_input_tokens', 'gen_ai.usage'],
    ['cache_read_input_tokens', 'cache_write_input_tokens', 'gen_ai.usage'],
    ['cache_read_input_tokens', 'cache_creation_tokens', 'gen_ai.usage'],
    ['cache_read_input_tokens', 'cache_creation_input_tokens', 'llm.usage'],
    ['cache_read_tokens', 'cache_creation_tokens', 'llm.usage'],
    ['cache_read_tokens', 'cache_write_tokens', 'llm.usage'],
    ['cache_read', 'cache_write', 'llm.tokens'],
  ])('%s and %s of Anthropic are beside the input (%s)', async (read, write, prefix) => {
    // Less than the input, so that nothing but the words can tell.
    const span = await normalized(
      call('anthropic', 'claude-haiku-4-5', 9000, 500, {
        [`${prefix}.${read}`]: 1000,
        [`${prefix}.${write}`]: 200,
      }),
    )
    expect(span).toMatchObject(
      expected({ input: 10_200, output: 500, read: 1000, write: 200 }, 'claude-haiku-4-5', 'anthropic'),
    )
    expect(span).not.toHaveProperty(['genai.flag'])
  })

  test('Anthropic’s words, and much more cached than not', async () => {
    const words = usage({ cache_read_input_tokens: 100_000, cache_creation_input_tokens: 2000 })
    expect(await normalized(call('anthropic', 'claude-haiku-4-5', 30, 500, words))).toMatchObject(
      expected({ input: 102_030, output: 500, read: 100_000, write: 2000 }, 'claude-haiku-4-5', 'anthropic'),
    )
  })

  test('as text', async () => {
    const words = usage({ cache_read_input_tokens: '1000' })
    expect(await normalized(call('anthropic', 'claude-haiku-4-5', 9000, 500, words))).toMatchObject(
      expected({ input: 10_000, output: 500, read: 1000 }, 'claude-haiku-4-5', 'anthropic'),
    )
  })

  test('that is no number is taken out, and named', async () => {
    const span = await normalized(
      call('anthropic', 'claude-haiku-4-5', 9000, 500, usage({ cache_read_input_tokens: 'many' })),
    )
    expect(span).toMatchObject({
      ...expected({ input: 9000, output: 500 }, 'claude-haiku-4-5', 'anthropic'),
      'genai.flag': { values: [{ stringValue: 'cache_read.input_tokens_invalid' }] },
    })
    expect(span).not.toHaveProperty(['gen_ai.usage.cache_read.input_tokens'])
  })

  test('under the conventions’ name wins over any other', async () => {
    const words = usage({ 'cache_read.input_tokens': 1000, cache_read_input_tokens: 1000 })
    expect(await normalized(call('anthropic', 'claude-haiku-4-5', 9000, 500, words))).toMatchObject(
      expected({ input: 9000, output: 500, read: 1000 }, 'claude-haiku-4-5', 'anthropic'),
    )
  })
})

describe('where words do not say, a total does', () => {
  test('with the cached ones beside input and output', async () => {
    const words = usage({ cached_tokens: 1000, total_tokens: 10_500 })
    const span = await normalized(call('anthropic', 'claude-haiku-4-5', 9000, 500, words))
    expect(span).toMatchObject(
      expected({ input: 10_000, output: 500, read: 1000 }, 'claude-haiku-4-5', 'anthropic'),
    )
    expect(span).not.toHaveProperty(['genai.flag'])
  })

  test('and under the conventions’ names, too', async () => {
    const words = usage({
      'cache_read.input_tokens': 1000,
      'cache_creation.input_tokens': 200,
      total_tokens: 9700 + 1000,
    })
    expect(await normalized(call('anthropic', 'claude-haiku-4-5', 9000, 500, words))).toMatchObject(
      expected({ input: 10_200, output: 500, read: 1000, write: 200 }, 'claude-haiku-4-5', 'anthropic'),
    )
  })

  test('of both what was cached and what was thought', async () => {
    const words = usage({ cached_tokens: 300, reasoning_tokens: 50, total_tokens: 1450 })
    expect(await normalized(call('openai', 'gpt-5-mini', 1000, 100, words))).toMatchObject(
      expected({ input: 1300, output: 150, read: 300, reasoning: 50 }, 'gpt-5-mini', 'openai'),
    )
  })

  test.each(['cached_tokens', 'input_cached_tokens'])(
    'without one, %s of Anthropic is counted as within, and flagged',
    async (word) => {
      const span = await normalized(call('anthropic', 'claude-haiku-4-5', 9000, 500, usage({ [word]: 1000 })))
      expect(span).toMatchObject({
        ...expected({ input: 9000, output: 500, read: 1000 }, 'claude-haiku-4-5', 'anthropic'),
        'genai.flag': { values: [{ stringValue: 'basis_unknown' }] },
      })
    },
  )

  test('of a provider that may count either way, a word is flagged', async () => {
    const span = await normalized(call('my-gateway', 'some-model', 9000, 500, usage({ cached_tokens: 1000 })))
    expect(span).toMatchObject({
      'gen_ai.usage.input_tokens': 9000,
      'genai.flag': { values: [{ stringValue: 'basis_unknown' }] },
    })
  })

  test('a total that nothing explains is flagged', async () => {
    const words = usage({ 'cache_read.input_tokens': 800, total_tokens: 5000 })
    expect(await normalized(call('openai', 'gpt-4o', 1000, 100, words))).toMatchObject({
      ...expected({ input: 1000, output: 100, read: 800 }, 'gpt-4o', 'openai'),
      'genai.flag': { values: [{ stringValue: 'basis_unknown' }] },
    })
  })
})

describe('what was thought', () => {
  test.each([
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.output_reasoning_tokens',
    'gen_ai.usage.reasoning_output_tokens',
    'gen_ai.usage.completion_tokens_details.reasoning_tokens',
    'gen_ai.usage.output_tokens_details.reasoning_tokens',
    'gen_ai.usage.completion_tokens_details.reasoning',
    'gen_ai.usage.output_tokens_details.reasoning',
    'gen_ai.usage.output_token_details.reasoning',
    'gen_ai.usage.output_tokens.reasoning',
    'gen_ai.usage.thinking_tokens',
    'llm.usage.reasoning_tokens',
    'llm.usage.reasoning_output_tokens',
    'llm.tokens.reasoning',
  ])('%s of OpenAI is within the output', async (word) => {
    expect(await normalized(call('openai', 'gpt-5-mini', 1000, 100, { [word]: 60 }))).toMatchObject(
      expected({ input: 1000, output: 100, reasoning: 60 }, 'gpt-5-mini', 'openai'),
    )
  })

  test.each(['thoughts_tokens', 'thoughts_token_count', 'thinking_tokens'])(
    '%s of Google is beside the output',
    async (word) => {
      expect(
        await normalized(call('gemini', 'gemini-2.5-flash', 1000, 100, usage({ [word]: 60 }))),
      ).toMatchObject(expected({ input: 1000, output: 160, reasoning: 60 }, 'gemini-2.5-flash', 'google'))
    },
  )

  test('of Google by OpenAI’s word is within, and flagged', async () => {
    expect(
      await normalized(call('gemini', 'gemini-2.5-flash', 1000, 100, usage({ reasoning_tokens: 60 }))),
    ).toMatchObject({
      ...expected({ input: 1000, output: 100, reasoning: 60 }, 'gemini-2.5-flash', 'google'),
      'genai.flag': { values: [{ stringValue: 'basis_unknown' }] },
    })
  })

  test('a total of Google above input and output says what is missing', async () => {
    expect(
      await normalized(call('gemini', 'gemini-2.5-flash', 1000, 100, usage({ total_tokens: 1160 }))),
    ).toMatchObject(expected({ input: 1000, output: 160, reasoning: 60 }, 'gemini-2.5-flash', 'google'))
  })

  test.each([
    ['more than the output', 'grok-4.20', 10_120, 128, 1499, 2809],
    ['less than the output', 'grok-4.5', 1000, 0, 1015, 900],
  ])('xAI’s chat completions leave it out: %s', async (_, model, input, read, output, reasoning) => {
    const attributes = call('openai', model, input, output, {
      'server.address': 'api.x.ai',
      'gen_ai.response.model': model,
      'gen_ai.usage.cache_read.input_tokens': read,
      'gen_ai.usage.reasoning.output_tokens': reasoning,
    })
    expect(await normalized(attributes, 'opentelemetry.instrumentation.genai.openai')).toMatchObject({
      ...expected({ input, output: output + reasoning, read, reasoning }, model, 'x-ai'),
      'gen_ai.provider.name': 'x_ai',
    })
  })

  test('xAI’s responses have it within', async () => {
    const attributes = call('x_ai', 'grok-4.5', 1000, 1015, {
      'openai.api.type': 'responses',
      'gen_ai.usage.reasoning.output_tokens': 900,
    })
    expect(await normalized(attributes)).toMatchObject(
      expected({ input: 1000, output: 1015, reasoning: 900 }, 'grok-4.5', 'x-ai'),
    )
  })

  test.each([
    [2915, 1915],
    [2015, 1015],
  ])('xAI by OpenInference: by a total of %s the output is %s', async (total, output) => {
    const attributes = {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.provider': 'xai',
      'llm.model_name': 'grok-4.5',
      'llm.token_count.prompt': 1000,
      'llm.token_count.completion': 1015,
      'llm.token_count.completion_details.reasoning': 900,
      'llm.token_count.total': total,
    }
    expect(await normalized(attributes, 'openinference.instrumentation.openai')).toMatchObject(
      expected({ input: 1000, output, reasoning: 900 }, 'grok-4.5', 'x-ai'),
    )
  })
})

test.each([
  ['prompt_tokens', 'completion_tokens', 'gen_ai.usage'],
  ['prompt_tokens', 'completion_tokens', 'llm.usage'],
  ['input_tokens', 'output_tokens', 'llm.usage'],
  ['input', 'output', 'llm.tokens'],
  ['prompt', 'completion', 'llm.tokens'],
  ['prompt', 'completion', 'llm.token_count'],
])('%s and %s (%s)', async (input, output, prefix) => {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    [`${prefix}.${input}`]: 1000,
    [`${prefix}.${output}`]: 100,
  }
  expect(await normalized(attributes)).toMatchObject(
    expected({ input: 1000, output: 100 }, 'gpt-4o', 'openai'),
  )
})

test('nothing of what this needs stays on the span', async () => {
  const span = await normalized(
    call('openai', 'gpt-4o', 1000, 100, usage({ cached_tokens: 800, reasoning_tokens: 60 })),
  )
  expect(Object.keys(span).filter((key) => key.startsWith('genai.usage'))).toEqual([])
})
