import { chooseTool } from '../tools.ts'
import type { JsonSchema } from '../schema-sample.ts'
import type { ToolCall, ToolChoice } from '../tools.ts'
import { contentText } from './prompt.ts'
import type { GenerateRequest } from './request.ts'

/** The function call that the model answers with, if any; by the rules of `chooseTool`. */
export function geminiToolCall(request: GenerateRequest, rounds: number): ToolCall | undefined {
  const { contents } = request
  const start = contents.findLastIndex(
    ({ role, parts }) => role !== 'model' && parts.some(({ text }) => text !== undefined),
  )
  const called = contents.slice(start + 1).flatMap(({ parts }) => {
    const name = parts.find(({ functionCall }) => functionCall)?.functionCall?.name
    return name === undefined ? [] : [name]
  })
  const declared = (request.tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? [])
  return chooseTool({
    tools: declared.map(({ name, description, parameters, parametersJsonSchema }) => ({
      name,
      description: description ?? '',
      schema: jsonSchema(parametersJsonSchema ?? parameters ?? {}),
    })),
    choice: choiceOf(request),
    question: contentText(contents[start]),
    called,
    rounds,
  })
}

function choiceOf({ toolConfig }: GenerateRequest): ToolChoice {
  const { mode, allowedFunctionNames = [] } = toolConfig?.functionCallingConfig ?? {}
  if (mode === 'NONE') return 'none'
  if (mode !== 'ANY') return 'auto'
  return allowedFunctionNames.length === 1 ? { name: allowedFunctionNames[0] as string } : 'any'
}

/** Google's schemas name types in capitals. */
export function jsonSchema(schema: object): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
    ),
  ) as JsonSchema
}
