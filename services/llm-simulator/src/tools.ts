import { NoSample, sampleSchema } from './schema-sample.ts'
import type { JsonSchema } from './schema-sample.ts'

/** A tool that the caller can run, of either API. */
export interface Tool {
  name: string
  description: string
  schema: JsonSchema
}

export interface ToolCall {
  name: string
  input: unknown
}

/** `auto`, `none`, `any` (one of them must be called), or the one that must. */
export type ToolChoice = 'auto' | 'none' | 'any' | { name: string }

export interface ToolQuestion {
  tools: readonly Tool[]
  choice: ToolChoice
  /** What the user asked last. */
  question: string
  /** The names of the tools called since then, one per round. */
  called: readonly string[]
  /** The behavior's `tool_rounds`. */
  rounds: number
}

/**
 * Whether the model answers with a tool call, and which. By rule:
 *
 * - a choice of `any` or of one tool is obeyed, always; `none` likewise;
 * - after as many rounds of tool calls as `tool_rounds` says, the model answers with text;
 * - otherwise it calls the tool that fits the question best: words of the question found in the tool's name
 *   count three, in its description one. A tool fits from three on. Words are compared by their first four
 *   letters; shorter and very common ones do not count. A tool not called yet goes before one that was; then the first wins;
 * - a tool whose arguments cannot be made up (see `sampleSchema`) is not called, unless it must.
 */
export function chooseTool({ tools, choice, question, called, rounds }: ToolQuestion): ToolCall | undefined {
  if (choice === 'none' || tools.length === 0) return undefined
  if (typeof choice === 'object') {
    const tool = tools.find(({ name }) => name === choice.name)
    return tool && { name: tool.name, input: sampleOrEmpty(tool.schema, question) }
  }
  if (choice === 'auto' && called.length >= rounds) return undefined
  const asked = stems(question)
  const ranked = tools
    .map((tool) => ({ tool, fit: fitOf(tool, asked), wasCalled: called.includes(tool.name) }))
    .sort((a, b) => Number(a.wasCalled) - Number(b.wasCalled) || b.fit - a.fit)
  // In the rounds after the first the question has already called for tools.
  const fitting = choice === 'any' || called.length > 0 ? ranked : ranked.filter(({ fit }) => fit >= 3)
  for (const { tool } of fitting) {
    try {
      return { name: tool.name, input: sampleSchema(tool.schema, question) }
    } catch (error) {
      if (!(error instanceof NoSample)) throw error
    }
  }
  const [first] = fitting
  return choice === 'any' && first ? { name: first.tool.name, input: {} } : undefined
}

function sampleOrEmpty(schema: JsonSchema, question: string): unknown {
  try {
    return sampleSchema(schema, question)
  } catch (error) {
    if (error instanceof NoSample) return {}
    throw error
  }
}

function fitOf(tool: Tool, asked: Set<string>): number {
  const shared = (text: string) => [...stems(text)].filter((stem) => asked.has(stem)).length
  return 3 * shared(tool.name) + shared(tool.description)
}

const common = new Set(
  'about does from have here into please that them then there they this what when where which will with would your'
    .split(' ')
    .map((word) => word.slice(0, 4)),
)

function stems(text: string): Set<string> {
  const words = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  const long = words.filter((word) => word.length >= 4).map((word) => word.slice(0, 4))
  return new Set(long.filter((stem) => !common.has(stem)))
}
