import type Anthropic from '@anthropic-ai/sdk'
import { useSimulator } from '../test-support.ts'
import { wordsOf } from '../tokens.ts'

const simulator = useSimulator()
const hello = {
  model: 'claude-sonnet-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello' }],
}
/** 2,000 tokens. */
const document = wordsOf(2000)

type Params = Anthropic.MessageCreateParamsNonStreaming

const cached = (text: string, ttl: '5m' | '1h' = '5m'): Anthropic.TextBlockParam => ({
  type: 'text',
  text,
  cache_control: { type: 'ephemeral', ttl },
})

test('an answer is what the API gives', async () => {
  const { data, request_id, response } = await simulator.anthropic().messages.create(hello).withResponse()
  expect(data).toMatchObject({
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5',
    content: [{ type: 'text' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
  })
  expect(data.id).toMatch(/^msg_01/)
  expect(data.usage).toEqual({
    input_tokens: 9,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    speed: 'standard',
    inference_geo: 'global',
  })
  expect(request_id).toMatch(/^req_/)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'anthropic-organization-id': expect.any(String) as string,
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-input-tokens-remaining': expect.stringMatching(/^\d+$/) as string,
    'anthropic-ratelimit-output-tokens-reset': expect.stringMatching(/^\d{4}-.*:00Z$/) as string,
  })
  expect(await simulator.ledger()).toEqual([
    {
      id: expect.any(Number) as number,
      time: expect.stringMatching(/Z$/) as string,
      provider: 'anthropic',
      endpoint: '/v1/messages',
      request_model: 'claude-sonnet-5',
      model: 'claude-sonnet-5',
      status: 200,
      stream: false,
      request_id,
      response_id: data.id,
      usage: data.usage,
      usage_sent: data.usage,
      stop_reason: 'end_turn',
      error_type: null,
      api_key_id: expect.stringMatching(/^apikey_[0-9a-f]{16}$/) as string,
      batch: false,
      aborted: false,
      retry_count: 0,
      traceparent: null,
    },
  ])
})

test('an alias is answered with its snapshot', async () => {
  const { model } = await simulator.anthropic().messages.create({ ...hello, model: 'claude-haiku-4-5' })
  expect(model).toBe('claude-haiku-4-5-20251001')
})

test('events come in the order of the API', async () => {
  const types: string[] = []
  const stream = await simulator.anthropic().messages.create({ ...hello, stream: true })
  for await (const event of stream) types.push(event.type)
  expect(types.filter((type, i) => type !== types[i - 1])).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
})

test('a stream says what the whole answer says', async () => {
  const params: Params = { ...hello, system: [cached(document, '1h')], thinking: { type: 'adaptive' } }
  simulator.state.behavior.patch({ reasoning_tokens: 7 })
  const client = simulator.anthropic()
  await client.messages.create(params)
  const whole = await client.messages.create(params)
  const streamed = await client.messages.stream(params).finalMessage()
  expect(streamed.usage).toEqual(whole.usage)
  expect(streamed.content).toMatchObject(whole.content)
  expect(streamed.stop_reason).toBe(whole.stop_reason)
  expect(whole.usage).toMatchObject({
    cache_read_input_tokens: 2000,
    output_tokens: 27,
    output_tokens_details: { thinking_tokens: 7 },
  })
  expect(whole.content).toMatchObject([
    { type: 'thinking', signature: expect.any(String) as string },
    { type: 'text' },
  ])
  const [, second, third] = await simulator.ledger()
  expect(second?.usage).toEqual(whole.usage)
  expect(third?.usage).toEqual(streamed.usage)
  expect(third?.usage_sent).toEqual(streamed.usage)
})

describe('prompt caching', () => {
  const usageOf = async (params: Partial<Params>, apiKey = 'key-a') =>
    (await simulator.anthropic({ apiKey }).messages.create({ ...hello, ...params })).usage

  test('write, read, expiry; input_tokens is the rest', async () => {
    const params = { system: [cached(document)] }
    expect(await usageOf(params)).toMatchObject({
      input_tokens: 9,
      cache_creation_input_tokens: 2000,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 0 },
    })
    const question: Anthropic.MessageParam[] = [{ role: 'user', content: 'Another question' }]
    expect(await usageOf({ ...params, messages: question })).toMatchObject({
      input_tokens: 11,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2000,
    })
    simulator.state.behavior.patch({ clock_offset_seconds: 301 })
    expect(await usageOf(params)).toMatchObject({
      cache_creation_input_tokens: 2000,
      cache_read_input_tokens: 0,
    })
  })

  test('one hour', async () => {
    const params = { system: [cached(document, '1h')] }
    expect(await usageOf(params)).toMatchObject({
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 2000 },
    })
    simulator.state.behavior.patch({ clock_offset_seconds: 3599 })
    expect(await usageOf(params)).toMatchObject({ cache_read_input_tokens: 2000 })
    simulator.state.behavior.patch({ clock_offset_seconds: 3599 + 3601 })
    expect(await usageOf(params)).toMatchObject({ cache_read_input_tokens: 0 })
  })

  test('tools, system and messages, both lifetimes in one request', async () => {
    const params: Partial<Params> = {
      tools: [
        {
          name: 'noop',
          description: document,
          input_schema: { type: 'object' },
          cache_control: { type: 'ephemeral', ttl: '1h' },
        },
      ],
      tool_choice: { type: 'none' },
      system: [cached(document, '1h')],
      messages: [{ role: 'user', content: [cached(document), { type: 'text', text: 'Sum it up' }] }],
    }
    const first = await usageOf(params)
    expect(first.cache_creation?.ephemeral_1h_input_tokens).toBeGreaterThan(4000)
    expect(first.cache_creation?.ephemeral_5m_input_tokens).toBe(2003)
    expect(await usageOf(params)).toMatchObject({
      cache_read_input_tokens: first.cache_creation_input_tokens,
      cache_creation_input_tokens: 0,
    })
  })

  test('a cache_control of the request moves with the conversation', async () => {
    const turn = (text: string): Anthropic.MessageParam[] => [
      { role: 'user', content: text },
      { role: 'assistant', content: 'Yes' },
    ]
    const ask: Anthropic.MessageParam = { role: 'user', content: 'And?' }
    const params = { cache_control: { type: 'ephemeral' as const } }
    const first = await usageOf({ ...params, messages: [...turn(document), ask] })
    expect(first).toMatchObject({ input_tokens: 4, cache_read_input_tokens: 0 })
    const second = await usageOf({ ...params, messages: [...turn(document), ...turn('And?'), ask] })
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens)
    expect(second.cache_creation_input_tokens).toBeGreaterThan(0)
  })

  test('the minimum depends on the model', async () => {
    const params = { system: [cached(document)] }
    expect(await usageOf({ ...params, model: 'claude-haiku-4-5' })).toMatchObject({
      cache_creation_input_tokens: 0,
    })
    expect(await usageOf({ system: [cached(wordsOf(600))] })).toMatchObject({
      cache_creation_input_tokens: 0,
    })
    expect(await usageOf({ system: [cached(wordsOf(600))], model: 'claude-opus-5' })).toMatchObject({
      cache_creation_input_tokens: 600,
    })
  })

  test('keys and models do not share, an alias and its snapshot do', async () => {
    const params = { system: [cached(wordsOf(5000))] }
    await usageOf({ ...params, model: 'claude-haiku-4-5' })
    const read = async (model: string, key?: string) =>
      (await usageOf({ ...params, model }, key)).cache_read_input_tokens
    expect(await read('claude-haiku-4-5-20251001')).toBe(5000)
    expect(await read('claude-haiku-4-5', 'key-b')).toBe(0)
    expect(await read('claude-sonnet-5')).toBe(0)
  })

  test('another tool_choice keeps system, not messages', async () => {
    const params: Partial<Params> = {
      system: [cached(document)],
      messages: [{ role: 'user', content: [cached(document)] }],
    }
    await usageOf(params)
    expect(await usageOf({ ...params, tool_choice: { type: 'none' } })).toMatchObject({
      cache_read_input_tokens: 2000,
      cache_creation_input_tokens: 2003,
    })
  })

  test('five breakpoints, and one hour behind five minutes, are errors', async () => {
    await expect(usageOf({ system: Array.from({ length: 5 }, () => cached('x')) })).rejects.toThrow('Found 5')
    await expect(usageOf({ system: [cached('x'), cached('y', '1h')] })).rejects.toThrow(
      "system.1.cache_control.ttl: a ttl='1h' cache_control block must not come after",
    )
  })
})

test('count_tokens counts what usage counts, and bills nothing', async () => {
  const client = simulator.anthropic()
  const prompt: Omit<Params, 'max_tokens'> = {
    model: 'claude-sonnet-5',
    system: [cached(document)],
    tools: [{ name: 'noop', input_schema: { type: 'object' } }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  }
  const { input_tokens } = await client.messages.countTokens(prompt)
  const { usage } = await client.messages.create({ ...prompt, max_tokens: 10 })
  expect(input_tokens).toBe(usage.input_tokens + (usage.cache_creation_input_tokens ?? 0))
  const [entry] = await simulator.ledger()
  expect(entry).toMatchObject({ endpoint: '/v1/messages/count_tokens', status: 200, usage: null })
})

test('an image has its own price', async () => {
  const image: Anthropic.ImageBlockParam = {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(100_000) },
  }
  const { usage } = await simulator
    .anthropic()
    .messages.create({ ...hello, messages: [{ role: 'user', content: [image] }] })
  expect(usage.input_tokens).toBeGreaterThan(1600)
  expect(usage.input_tokens).toBeLessThan(1700)
})

describe('ends', () => {
  test('max_tokens, thinking included', async () => {
    simulator.state.behavior.patch({ reasoning_tokens: 6 })
    const message = await simulator
      .anthropic()
      .messages.create({ ...hello, max_tokens: 10, thinking: { type: 'adaptive' } })
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } })
  })

  test('stop_sequence', async () => {
    const message = await simulator.anthropic().messages.create({ ...hello, stop_sequences: ['zzz', 'old'] })
    expect(message).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'old',
      usage: { output_tokens: 2 },
    })
  })

  test('by the behavior: refusal and max_tokens', async () => {
    const client = simulator.anthropic()
    simulator.state.behavior.patch({ stop_reasons: { refusal: 1, max_tokens: 0 } })
    expect(await client.messages.create(hello)).toMatchObject({
      stop_reason: 'refusal',
      stop_details: { type: 'refusal' },
      usage: { output_tokens: 8 },
    })
    simulator.state.behavior.patch({ stop_reasons: { refusal: 0, max_tokens: 1 } })
    expect(await client.messages.stream(hello).finalMessage()).toMatchObject({
      stop_reason: 'max_tokens',
      usage: { output_tokens: 100 },
    })
  })
})

test('structured output is valid for its schema', async () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] }
  const message = await simulator.anthropic().messages.parse({
    ...hello,
    output_config: {
      format: { type: 'json_schema', schema, parse: (text: string) => JSON.parse(text) as unknown } as never,
    },
  })
  expect(message.content[0]).toMatchObject({ type: 'text', text: '{"title":"example"}' })
})
