import type { Answer, Part } from '../answer.ts'

/** A call of a function is an answer that ended of itself. */
export const finishReasons: Record<Answer['stop'], string> = {
  end: 'STOP',
  stop_sequence: 'STOP',
  tool: 'STOP',
  max_tokens: 'MAX_TOKENS',
  refusal: 'SAFETY',
}

/** A part, or a piece of one, as `content.parts` has it; thoughts are told only to those who ask. */
export function contentPart(part: Part, text: string, includeThoughts: boolean): object[] {
  if (part.kind === 'tool') return [{ functionCall: { name: part.tool?.name, args: part.tool?.input } }]
  if (part.kind === 'text') return [{ text }]
  return includeThoughts ? [{ text, thought: true }] : []
}
