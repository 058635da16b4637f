import type { Answer, Part } from '../answer.ts'
import { newId } from '../ids.ts'

export type AnswerBlock = ReturnType<typeof contentBlock>

/** A part of an answer as a content block. */
export function contentBlock(part: Part) {
  switch (part.kind) {
    case 'reasoning':
      return { type: 'thinking' as const, thinking: part.text, signature: signatureOf(part) }
    case 'text':
      return { type: 'text' as const, text: part.text }
    case 'tool':
      return {
        type: 'tool_use' as const,
        id: newId('toolu_01', 22),
        name: part.tool?.name,
        input: part.tool?.input,
        caller: { type: 'direct' as const },
      }
  }
}

/** A block as a stream starts it. */
export function emptied(block: AnswerBlock): AnswerBlock {
  switch (block.type) {
    case 'thinking':
      return { ...block, thinking: '', signature: '' }
    case 'text':
      return { ...block, text: '' }
    case 'tool_use':
      return { ...block, input: {} }
  }
}

/** Opaque, as the real one is. */
function signatureOf(part: Part): string {
  return Buffer.from(`simulated:${part.tokens}`).toString('base64')
}

const stopReasons: Record<Answer['stop'], string> = {
  end: 'end_turn',
  max_tokens: 'max_tokens',
  refusal: 'refusal',
  tool: 'tool_use',
  stop_sequence: 'stop_sequence',
}

const refusal = {
  type: 'refusal',
  category: null,
  explanation: 'The simulator was told to refuse a share of requests.',
}

/** How a message ended: the same fields in a message and in a message_delta. */
export function ending(answer: Answer) {
  return {
    stop_reason: stopReasons[answer.stop],
    stop_sequence: answer.stopSequence ?? null,
    stop_details: answer.stop === 'refusal' ? refusal : null,
    container: null,
  }
}
