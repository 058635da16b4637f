import { chooseTool } from '../tools.ts'
import type { Tool, ToolCall, ToolChoice } from '../tools.ts'
import type { ContentBlock, MessagesRequest } from './request.ts'

/** The tool call that the model answers a conversation with, if any; by the rules of `chooseTool`. */
export function toolCallFor(request: MessagesRequest, rounds: number): ToolCall | undefined {
  const { question, called } = lastTurn(request.messages)
  return chooseTool({ tools: toTools(request), choice: toChoice(request), question, called, rounds })
}

/** Tools that the API runs itself have no schema here and are never called. */
function toTools({ tools = [] }: MessagesRequest): Tool[] {
  return tools.flatMap(({ name, description = '', input_schema }) =>
    name !== undefined && input_schema !== undefined ? [{ name, description, schema: input_schema }] : [],
  )
}

function toChoice({ tool_choice }: MessagesRequest): ToolChoice {
  if (tool_choice === undefined) return 'auto'
  return tool_choice.type === 'tool' ? { name: tool_choice.name } : tool_choice.type
}

/** What the user said last, and the first tool of each round since. */
function lastTurn(messages: MessagesRequest['messages']): { question: string; called: string[] } {
  const start = messages.findLastIndex(({ role, content }) => role === 'user' && textOf(content) !== '')
  const called = messages.slice(start + 1).flatMap(({ content }) => {
    const call = typeof content === 'string' ? undefined : content.find(({ type }) => type === 'tool_use')
    return call ? [String(call.name)] : []
  })
  const asked = messages[start]
  return { question: asked ? textOf(asked.content) : '', called }
}

function textOf(content: string | ContentBlock[]): string {
  if (typeof content === 'string') return content
  return content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('\n')
}
