import type Anthropic from '@anthropic-ai/sdk'
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod'
import { z } from 'zod'
import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
const calls: unknown[] = []
beforeEach(() => {
  calls.length = 0
})

const lookUpOrder = betaZodTool({
  name: 'look_up_order',
  description: 'Finds an order by its id.',
  inputSchema: z.object({ order_id: z.string().regex(/^ord-\d+$/) }),
  run: (input) => {
    calls.push(input)
    return JSON.stringify({ state: 'delivered' })
  },
})
const params = {
  model: 'claude-sonnet-5',
  max_tokens: 200,
  tools: [lookUpOrder],
  messages: [{ role: 'user' as const, content: 'Where is my order ord-1042?' }],
}

test.each([false, true])('the tool runner runs the loop (stream: %s)', async (stream) => {
  const client = simulator.anthropic()
  const runner = stream
    ? client.beta.messages.toolRunner({ ...params, stream: true })
    : client.beta.messages.toolRunner(params)
  const message = await runner.runUntilDone()
  expect(calls).toEqual([{ order_id: 'ord-1042' }])
  expect(message.stop_reason).toBe('end_turn')
  const entries = await simulator.ledger()
  expect(entries).toMatchObject([
    { stop_reason: 'tool_use', stream },
    { stop_reason: 'end_turn', stream },
  ])
})

test('tool_rounds makes loops longer', async () => {
  simulator.state.behavior.patch({ tool_rounds: 3 })
  await simulator.anthropic().beta.messages.toolRunner(params).runUntilDone()
  expect(calls).toHaveLength(3)
  simulator.state.behavior.patch({ tool_rounds: 1000 })
  await simulator
    .anthropic()
    .beta.messages.toolRunner({ ...params, max_iterations: 5 })
    .runUntilDone()
  expect(calls).toHaveLength(3 + 5)
})

test('a call has its own block, and its tokens are billed', async () => {
  const message = await simulator.anthropic().beta.messages.create(params)
  expect(message.content).toEqual([
    {
      type: 'tool_use',
      id: expect.stringMatching(/^toolu_01/) as string,
      name: 'look_up_order',
      input: { order_id: 'ord-1042' },
      caller: { type: 'direct' },
    },
  ])
  // 13 bytes of name, 23 of arguments.
  expect(message.usage.output_tokens).toBe(4 + 6)
})

test('tool_choice', async () => {
  const client = simulator.anthropic()
  const choose = (tool_choice: Anthropic.Beta.BetaToolChoice) =>
    client.beta.messages.create({ ...params, tool_choice })
  expect(await choose({ type: 'none' })).toMatchObject({ stop_reason: 'end_turn' })
  expect(await choose({ type: 'any' })).toMatchObject({ stop_reason: 'tool_use' })
  expect(await choose({ type: 'tool', name: 'look_up_order' })).toMatchObject({ stop_reason: 'tool_use' })
})

test('results must answer the calls before them', async () => {
  const client = simulator.anthropic()
  const use = { type: 'tool_use' as const, id: 'toolu_1', name: 'look_up_order', input: {} }
  const result = { type: 'tool_result' as const, tool_use_id: 'toolu_2', content: 'x' }
  const talk = (...content: Anthropic.Beta.BetaContentBlockParam[][]) =>
    client.beta.messages.create({
      ...params,
      messages: content.map((content, i) => ({
        role: i % 2 ? ('assistant' as const) : ('user' as const),
        content,
      })),
    })
  const question = { type: 'text' as const, text: 'Hi' }
  await expect(talk([question], [use], [question])).rejects.toThrow('without `tool_result` blocks')
  await expect(talk([question], [question], [result])).rejects.toThrow('unexpected `tool_use_id`')
})
