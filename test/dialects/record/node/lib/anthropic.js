import {
  drain,
  failing,
  longSystem,
  longSystem1h,
  models,
  question,
  tool,
  toolQuestion,
  toolResult,
} from './prompts.js'

const model = models.anthropic
const ask = { model, max_tokens: 2000, messages: [{ role: 'user', content: question }] }
const cached = (text, cache_control) => ({ ...ask, system: [{ type: 'text', text, cache_control }] })
const toolAsk = {
  ...ask,
  messages: [{ role: 'user', content: toolQuestion }],
  tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }],
}

/** What instrumentations of the Anthropic SDK are asked. @param client a function that makes one, when the case runs */
export function anthropicCases(client) {
  const create = (body) => client().messages.create(body)
  return {
    'anthropic-plain': () => create(ask),
    'anthropic-stream': async () => drain(await create({ ...ask, stream: true })),
    'anthropic-stream-helper': () => client().messages.stream(ask).finalMessage(),
    'anthropic-cached': async () => {
      await create(cached(longSystem, { type: 'ephemeral' }))
      await create(cached(longSystem, { type: 'ephemeral' }))
    },
    'anthropic-cached-stream': async () => {
      await drain(await create({ ...cached(longSystem, { type: 'ephemeral' }), stream: true }))
      await drain(await create({ ...cached(longSystem, { type: 'ephemeral' }), stream: true }))
    },
    'anthropic-cached-1h': () => create(cached(longSystem1h, { type: 'ephemeral', ttl: '1h' })),
    'anthropic-tools': async () => {
      const { content } = await create(toolAsk)
      const { id } = content.find(({ type }) => type === 'tool_use')
      await create({
        ...toolAsk,
        messages: [
          ...toolAsk.messages,
          { role: 'assistant', content },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: id, content: JSON.stringify(toolResult) }],
          },
        ],
      })
    },
    'anthropic-thinking': () =>
      create({ ...ask, max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 1024 } }),
    'anthropic-error': () => failing(() => create(ask)),
    'anthropic-error-stream': () => failing(async () => drain(await create({ ...ask, stream: true }))),
  }
}

export const anthropicFaults = {
  'anthropic-error': [{ status: 529 }],
  'anthropic-error-stream': [{ status: 529 }],
}
