import { drain, failing, longSystem, models, question, tool, toolQuestion, toolResult } from './prompts.js'

const model = models.openai
const chat = { model, messages: [{ role: 'user', content: question }] }
const stream = { stream: true, stream_options: { include_usage: true } }
const cached = { model, messages: [{ role: 'system', content: longSystem }, ...chat.messages] }
const toolChat = {
  model,
  messages: [{ role: 'user', content: toolQuestion }],
  tools: [
    {
      type: 'function',
      function: { name: tool.name, description: tool.description, parameters: tool.schema },
    },
  ],
}

/** What instrumentations of the OpenAI SDK are asked. @param client a function that makes one, when the case runs */
export function openaiCases(client) {
  const create = (body) => client().chat.completions.create(body)
  return {
    'openai-plain': () => create(chat),
    'openai-stream': async () => drain(await create({ ...chat, ...stream })),
    'openai-cached': async () => {
      await create(cached)
      await create(cached)
    },
    'openai-tools': async () => {
      const { choices } = await create(toolChat)
      const { message } = choices[0]
      const result = {
        role: 'tool',
        tool_call_id: message.tool_calls[0].id,
        content: JSON.stringify(toolResult),
      }
      await create({ ...toolChat, messages: [...toolChat.messages, message, result] })
    },
    'openai-responses': () => client().responses.create({ model, input: question }),
    'openai-responses-stream': async () =>
      drain(await client().responses.create({ model, input: question, stream: true })),
    'openai-responses-cached': async () => {
      await client().responses.create({ model, input: longSystem })
      await client().responses.create({ model, input: longSystem })
    },
    'openai-embeddings': () =>
      client().embeddings.create({ model: models.embeddings, input: [question], dimensions: 8 }),
    'openai-error': () => failing(() => create(chat)),
  }
}

export const openaiFaults = { 'openai-error': [{ status: 500 }] }
