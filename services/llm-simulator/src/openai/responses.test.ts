import type OpenAI from 'openai'
import { useSimulator } from '../test-support.ts'
import { wordsOf } from '../tokens.ts'

const simulator = useSimulator()
beforeEach(() => simulator.state.behavior.patch({ reasoning_tokens: 10 }))

test('a response is what the API gives', async () => {
  const response = await simulator.openai().responses.create({ model: 'gpt-5-mini', input: 'Hello' })
  expect(response).toMatchObject({
    id: expect.stringMatching(/^resp_/) as string,
    object: 'response',
    status: 'completed',
    model: 'gpt-5-mini-2025-08-07',
    output: [{ type: 'reasoning' }, { type: 'message', role: 'assistant' }],
    output_text: wordsOf(20),
    incomplete_details: null,
  })
  expect(response.usage).toEqual({
    input_tokens: 8,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 10 },
    total_tokens: 38,
  })
  expect(await simulator.ledger()).toMatchObject([
    { endpoint: '/v1/responses', response_id: response.id, usage: response.usage, stop_reason: 'completed' },
  ])
})

test('a stream ends with what the whole response says', async () => {
  const client = simulator.openai()
  const params = { model: 'gpt-5-mini', input: 'Hello' }
  const whole = await client.responses.create(params)
  const types: string[] = []
  const numbers: number[] = []
  let last: OpenAI.Responses.Response | undefined
  for await (const event of await client.responses.create({ ...params, stream: true })) {
    types.push(event.type)
    numbers.push(event.sequence_number)
    if (event.type === 'response.completed') last = event.response
  }
  expect(types.filter((type, i) => type !== types[i - 1])).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(numbers).toEqual(numbers.map((_, i) => i))
  expect(last?.usage).toEqual(whole.usage)
  const helped = await client.responses.stream(params).finalResponse()
  expect(helped.output_text).toBe(whole.output_text)
  const entries = await simulator.ledger()
  expect(entries.map(({ usage }) => usage)).toEqual([whole.usage, whole.usage, whole.usage])
})

test('max_output_tokens', async () => {
  const client = simulator.openai()
  const params = { model: 'gpt-5-mini', input: 'Hello', max_output_tokens: 16 }
  const expected = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  expect(await client.responses.create(params)).toMatchObject({ ...expected, usage: { output_tokens: 16 } })
  const types: string[] = []
  for await (const { type } of await client.responses.create({ ...params, stream: true })) types.push(type)
  expect(types.at(-1)).toBe('response.incomplete')
  expect(await simulator.ledger()).toMatchObject([
    { stop_reason: 'max_output_tokens' },
    { stop_reason: 'max_output_tokens' },
  ])
})

test('a function call, then text', async () => {
  const client = simulator.openai()
  const tools: OpenAI.Responses.Tool[] = [
    {
      type: 'function',
      name: 'look_up_order',
      strict: true,
      parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
    },
  ]
  const question = { role: 'user' as const, content: 'Where is order ord-7?' }
  const stream = client.responses.stream({ model: 'gpt-5-mini', input: [question], tools })
  const { output } = await stream.finalResponse()
  const call = output.find(
    ({ type }) => type === 'function_call',
  ) as OpenAI.Responses.ResponseFunctionToolCall
  expect(call).toMatchObject({ name: 'look_up_order', arguments: '{"order_id":"ord-7"}' })
  const second = await client.responses.create({
    model: 'gpt-5-mini',
    tools,
    input: [question, call, { type: 'function_call_output', call_id: call.call_id, output: 'delivered' }],
  })
  expect(second.output_text).not.toBe('')
})

test('instructions are cached with the rest of the prefix', async () => {
  const client = simulator.openai()
  const ask = async (input: string) => {
    const { usage } = await client.responses.create({
      model: 'gpt-5-mini',
      instructions: wordsOf(1100),
      input,
    })
    return usage?.input_tokens_details.cached_tokens
  }
  expect([await ask('One'), await ask('Two')]).toEqual([0, 1024])
})
