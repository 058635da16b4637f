import type OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import type { RunnableToolFunctionWithParse } from 'openai/lib/RunnableFunction'
import { z } from 'zod'
import { useSimulator } from '../test-support.ts'
import { wordsOf } from '../tokens.ts'

const simulator = useSimulator()
const hello = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] }

async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return {
    chunks,
    text: chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''),
    finish: chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
    usage: chunks.at(-1)?.usage,
  }
}

test('an answer is what the API gives', async () => {
  const { data, request_id, response } = await simulator
    .openai()
    .chat.completions.create(hello)
    .withResponse()
  expect(data).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/) as string,
    object: 'chat.completion',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', refusal: null }, finish_reason: 'stop' }],
  })
  expect(data.usage).toEqual({
    prompt_tokens: 8,
    completion_tokens: 20,
    total_tokens: 28,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0, cache_write_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  })
  expect(response.headers.get('x-ratelimit-remaining-requests')).toMatch(/^\d+$/)
  expect(await simulator.ledger()).toMatchObject([
    {
      provider: 'openai',
      endpoint: '/v1/chat/completions',
      request_model: 'gpt-4o-mini',
      model: 'gpt-4o-mini-2024-07-18',
      status: 200,
      request_id,
      response_id: data.id,
      usage: data.usage,
      usage_sent: data.usage,
      stop_reason: 'stop',
    },
  ])
})

test('a stream says what the whole answer says, its usage when asked', async () => {
  const client = simulator.openai()
  const whole = await client.chat.completions.create(hello)
  const asked = await client.chat.completions.create({
    ...hello,
    stream: true,
    stream_options: { include_usage: true },
  })
  const { chunks, text, finish, usage } = await collect(asked)
  expect(text).toBe(whole.choices[0]?.message.content)
  expect(finish).toEqual(['stop'])
  expect(usage).toEqual(whole.usage)
  expect(chunks.at(-1)?.choices).toEqual([])
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)

  const silent = await collect(await client.chat.completions.create({ ...hello, stream: true }))
  expect(silent.chunks.every((chunk) => !('usage' in chunk))).toBe(true)
  const [, , entry] = await simulator.ledger()
  expect(entry).toMatchObject({ stream: true, usage: whole.usage, usage_sent: null, stop_reason: 'stop' })
})

test('reasoning is billed, not told, and can be turned off', async () => {
  simulator.state.behavior.patch({ reasoning_tokens: 30 })
  const client = simulator.openai()
  const ask = (params: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>) =>
    client.chat.completions.create({ ...hello, model: 'gpt-5-mini', ...params })
  const spent = (reasoning_tokens: number, completion_tokens: number) => ({
    usage: { completion_tokens, completion_tokens_details: { reasoning_tokens } },
  })
  expect(await ask({})).toMatchObject({ model: 'gpt-5-mini-2025-08-07', ...spent(30, 50) })
  expect(await ask({ reasoning_effort: 'minimal' })).toMatchObject(spent(0, 20))
  expect(await ask({ model: 'gpt-4o' })).toMatchObject(spent(0, 20))
  // Reasoning uses the room up: nothing is answered, all is billed.
  expect(await ask({ max_completion_tokens: 25 })).toMatchObject({
    choices: [{ message: { content: '' }, finish_reason: 'length' }],
    ...spent(25, 25),
  })
})

test('long prefixes are cached, in steps of 128 tokens', async () => {
  const client = simulator.openai()
  const ask = async (question: string, key?: string) => {
    const { usage } = await (key ? simulator.openai({ apiKey: key }) : client).chat.completions.create({
      ...hello,
      messages: [
        { role: 'system', content: wordsOf(1500) },
        { role: 'user', content: question },
      ],
    })
    return usage?.prompt_tokens_details?.cached_tokens
  }
  expect(await ask('What?')).toBe(0)
  expect(await ask('Another question')).toBe(1408)
  expect(await ask('What?', 'key-b')).toBe(0)
  simulator.state.behavior.patch({ clock_offset_seconds: 301 })
  expect(await ask('What?')).toBe(0)
})

describe('tools', () => {
  const tools: OpenAI.ChatCompletionFunctionTool[] = [
    {
      type: 'function',
      function: {
        name: 'look_up_order',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      },
    },
  ]
  const params = { ...hello, tools, messages: [{ role: 'user' as const, content: 'Where is order ord-7?' }] }

  test('a call, then text', async () => {
    const client = simulator.openai()
    const { choices } = await client.chat.completions.create(params)
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          { type: 'function', function: { name: 'look_up_order', arguments: '{"order_id":"ord-7"}' } },
        ],
      },
    })
    const [call] = choices[0]?.message.tool_calls ?? []
    const second = await client.chat.completions.create({
      ...params,
      messages: [
        ...params.messages,
        choices[0]?.message as OpenAI.ChatCompletionMessage,
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'delivered' },
      ],
    })
    expect(second.choices[0]).toMatchObject({ finish_reason: 'stop' })
  })

  test("the SDK's runner and stream", async () => {
    const seen: unknown[] = []
    const run = (input: object) => {
      seen.push(input)
      return 'delivered'
    }
    const runnable: RunnableToolFunctionWithParse<object> = {
      type: 'function',
      function: {
        name: 'look_up_order',
        description: 'Finds an order.',
        parameters: tools[0]?.function.parameters ?? {},
        parse: (text) => JSON.parse(text) as object,
        function: run,
      },
    }
    const runner = simulator
      .openai()
      .chat.completions.runTools({ ...params, stream: true, tools: [runnable] })
    expect(await runner.finalContent()).toMatch(/^the you/)
    expect(seen).toEqual([{ order_id: 'ord-7' }])
  })

  test('tool_choice', async () => {
    const client = simulator.openai()
    const choose = async (tool_choice: OpenAI.ChatCompletionToolChoiceOption) =>
      (await client.chat.completions.create({ ...params, ...hello, tools, tool_choice })).choices[0]
        ?.finish_reason
    expect(await choose('none')).toBe('stop')
    expect(await choose('required')).toBe('tool_calls')
    expect(await choose({ type: 'function', function: { name: 'look_up_order' } })).toBe('tool_calls')
  })
})

test('structured output', async () => {
  const { choices } = await simulator.openai().chat.completions.parse({
    ...hello,
    response_format: zodResponseFormat(z.object({ score: z.int().min(3), ok: z.boolean() }), 'rating'),
  })
  expect(choices[0]?.message.parsed).toEqual({ score: 3, ok: true })
})

test('stop and content_filter', async () => {
  const client = simulator.openai()
  expect(await client.chat.completions.create({ ...hello, stop: 'old' })).toMatchObject({
    choices: [{ message: { content: 'the you ' }, finish_reason: 'stop' }],
    usage: { completion_tokens: 2 },
  })
  simulator.state.behavior.patch({ stop_reasons: { refusal: 1, max_tokens: 0 } })
  expect(await client.chat.completions.create(hello)).toMatchObject({
    choices: [{ finish_reason: 'content_filter' }],
  })
})
