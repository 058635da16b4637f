/** What all libraries ask, so that their fixtures can be compared. The simulator's answers are made by rule. */
export const question = 'Where is my parcel?'

/** Makes the simulator call `look_up_order`, once. */
export const toolQuestion = 'Please look up order 4711.'
export const tool = {
  name: 'look_up_order',
  description: 'Looks an order up by its number.',
  schema: {
    type: 'object',
    properties: { order_id: { type: 'string' } },
    required: ['order_id'],
  },
}
export const toolResult = { status: 'shipped' }

/** Longer than the shortest prompts that the APIs cache (1,024 tokens), in a text that fixtures do not mind. */
export const longSystem = `Cases in point, ${'a support agent answers in one sentence. '.repeat(120)}`
export const longSystem1h = longSystem.replace('Cases in point', 'To be kept for an hour')

export const models = {
  anthropic: 'claude-sonnet-5',
  openai: 'gpt-5-mini',
  embeddings: 'text-embedding-3-small',
}

/** Calls that are meant to fail. */
export async function failing(call) {
  try {
    await call()
  } catch {
    return
  }
  throw new Error('this call should have failed')
}

/** Reads a stream to its end. */
export async function drain(stream) {
  for await (const _ of stream);
}
