import type { Answer } from '../answer.ts'
import { isReasoningModel } from '../models.ts'

/** `finish_reason` of a chat completion. */
export const finishReasons: Record<Answer['stop'], string> = {
  end: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  refusal: 'content_filter',
  tool: 'tool_calls',
}

/** @param effort as requested; models of the GPT-5 family do not reason at `none` and hardly at `minimal` */
export function reasons(model: string, effort: string | null | undefined): boolean {
  return isReasoningModel(model) && effort !== 'none' && effort !== 'minimal'
}
