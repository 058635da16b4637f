import { useSimulator } from '../test-support.ts'
import { wordsOf } from '../tokens.ts'

const simulator = useSimulator()
const params = {
  model: 'claude-sonnet-5',
  max_tokens: 50,
  system: [{ type: 'text' as const, text: wordsOf(2000), cache_control: { type: 'ephemeral' as const } }],
}
const say = (content: string) => ({ role: 'user' as const, content })

test('a continued turn counts and reads what the whole conversation would', async () => {
  const client = simulator.anthropic()
  const thread = client.beta.messages.thread(params)
  const first = await thread.send(say('Hello'))
  const second = await thread.send(say('And now?'))
  expect(thread.previousMessageId).toBe(second.id)
  expect(second.usage.cache_read_input_tokens).toBe(2000)
  // In full, by another key, so that nothing is cached.
  const whole = await simulator.anthropic({ apiKey: 'key-b' }).beta.messages.create({
    ...params,
    messages: [say('Hello'), { role: 'assistant', content: first.content }, say('And now?')],
  })
  expect(second.usage.input_tokens).toBe(whole.usage.input_tokens)
})

test('what cannot be continued is replayed by the SDK', async () => {
  const thread = simulator.anthropic().beta.messages.thread(params)
  await thread.send(say('Hello'))
  simulator.state.behavior.patch({ clock_offset_seconds: 301 })
  await thread.send(say('Still there?'))
  expect((await simulator.ledger()).map(({ status }) => status)).toEqual([200, 404, 200])
})

test('an answer is continued once, by its own account, and only with the beta', async () => {
  const send = (previous_message_id: string, options: { apiKey?: string; betas?: string[] } = {}) => {
    const { apiKey = 'key-a', betas = ['message-threads-2026-08-12'] } = options
    const { model, max_tokens } = params
    const thread = { type: 'continue' as const, previous_message_id }
    return simulator
      .anthropic({ apiKey })
      .beta.messages.create({ model, max_tokens, messages: [say('x')], thread, betas })
  }
  const { id } = await simulator.anthropic().beta.messages.thread(params).send(say('Hello'))
  await expect(send(id, { betas: [] })).rejects.toThrow('thread: Extra inputs')
  await expect(send(id, { apiKey: 'key-b' })).rejects.toMatchObject({ errorCode: 'thread_not_found' })
  simulator.state.behavior.patch({ latency_seconds: 0.1 })
  const [, concurrent] = await Promise.allSettled([send(id), send(id)])
  expect(concurrent).toMatchObject({ reason: { errorCode: 'thread_continue_in_flight' } })
  await expect(send(id)).rejects.toMatchObject({ errorCode: 'thread_already_continued' })
})
