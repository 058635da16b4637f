import { chooseTool } from '../tools.ts'
import type { Tool, ToolCall, ToolChoice } from '../tools.ts'
import { contentText } from './prompt.ts'
import type { ChatRequest, ResponsesRequest } from './request.ts'

interface FunctionTool {
  name?: string | undefined
  description?: string | null | undefined
  parameters?: object | null | undefined
}

/** The tool call that the model answers a chat with, if any; by the rules of `chooseTool`. */
export function chatToolCall({ messages, ...request }: ChatRequest, rounds: number): ToolCall | undefined {
  const start = messages.findLastIndex(({ role }) => role === 'user')
  const called = messages.slice(start + 1).flatMap(({ tool_calls }) => {
    const name = tool_calls?.[0]?.function?.name
    return name === undefined ? [] : [name]
  })
  return chooseTool({
    tools: (request.tools ?? []).flatMap((tool) => toTool(tool.function)),
    choice: toChoice(request.tool_choice, (choice) => choice.function.name),
    question: contentText(messages[start]?.content),
    called,
    rounds,
  })
}

/** The same for the Responses API. */
export function responseToolCall(
  { input, ...request }: ResponsesRequest,
  rounds: number,
): ToolCall | undefined {
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input
  const start = items.findLastIndex((item) => 'role' in item && item.role === 'user')
  const called = items
    .slice(start + 1)
    .flatMap((item) => ('type' in item && item.type === 'function_call' ? [String(item.name)] : []))
  return chooseTool({
    tools: (request.tools ?? []).filter(({ type }) => type === 'function').flatMap(toTool),
    choice: toChoice(request.tool_choice, (choice) => choice.name),
    question: contentText((items[start] as { content?: unknown } | undefined)?.content),
    called,
    rounds,
  })
}

function toTool(tool: FunctionTool | undefined): Tool[] {
  if (tool?.name === undefined) return []
  return [{ name: tool.name, description: tool.description ?? '', schema: tool.parameters ?? {} }]
}

function toChoice<T extends object>(
  choice: string | T | undefined,
  nameOf: (choice: T) => string,
): ToolChoice {
  if (typeof choice === 'object') return { name: nameOf(choice) }
  if (choice === 'none') return 'none'
  return choice === 'required' ? 'any' : 'auto'
}
