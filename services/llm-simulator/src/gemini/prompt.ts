import { countTokens, IMAGE_TOKENS } from '../tokens.ts'
import type { Content, GenerateRequest } from './request.ts'

export interface PromptText {
  /** In one piece, as prefixes of it are cached. */
  text: string
  tokens: number
}

/** What the results of a tool that Google runs itself add to the prompt, by rule. */
const TOOL_RESULT_TOKENS = 64

/**
 * A prompt as text and tokens: tools, the system instruction, then the contents. A part that is only text counts as it,
 * any other as its JSON; files as an image.
 */
export function promptText({
  tools,
  systemInstruction,
  contents,
}: Omit<GenerateRequest, 'toolConfig'>): PromptText {
  const declared = (tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? [])
  const pieces = [
    ...declared.map((declaration) => JSON.stringify(declaration)),
    ...[...(systemInstruction ? [systemInstruction] : []), ...contents].flatMap(({ parts }) =>
      parts.map(partText),
    ),
  ]
  const images = contents
    .flatMap(({ parts }) => parts)
    .filter((part) => 'inlineData' in part || 'fileData' in part)
  return {
    text: pieces.join(''),
    tokens: pieces.reduce((sum, piece) => sum + countTokens(piece), 0) + images.length * IMAGE_TOKENS,
  }
}

function partText(part: Content['parts'][number]): string {
  if ('inlineData' in part || 'fileData' in part) return ''
  const { text, ...rest } = part
  return text !== undefined && Object.keys(rest).length === 0 ? text : JSON.stringify(part)
}

/** Tokens of what Google's own tools answered the model with: beside the prompt, in `toolUsePromptTokenCount`. */
export function toolUseTokens({ tools }: GenerateRequest): number {
  const runs = (tools ?? []).some(({ codeExecution, urlContext }) => codeExecution ?? urlContext)
  return runs ? TOOL_RESULT_TOKENS : 0
}

/** The texts of a content. */
export function contentText(content: Content | undefined): string {
  return (content?.parts ?? []).flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n')
}
