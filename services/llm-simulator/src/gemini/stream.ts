import type { Answer, AnswerWriter, Progress } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { contentPart, finishReasons } from './parts.ts'

export interface StreamForm {
  /** What every chunk has. */
  common: object
  usageOf: (progress: Progress) => object
  includeThoughts: boolean
}

/**
 * Writes an answer as chunks. Each has the usage up to it, so that the last one counts and a sum would be too much. The
 * last has the finish reason and no text.
 */
export function contentStreamWriter(exchange: Exchange, answer: Answer, form: StreamForm): AnswerWriter {
  const progress: Progress = { outputTokens: 0, reasoningTokens: 0 }
  const send = (parts: object[], finishReason?: string) => {
    const usageMetadata = form.usageOf(finishReason === undefined ? progress : answer)
    const content = { parts, role: 'model' }
    const candidate = { content, ...(finishReason !== undefined && { finishReason }), index: 0 }
    exchange.note({ usage_sent: usageMetadata })
    exchange.sendEvent({ candidates: [candidate], usageMetadata, ...form.common })
  }
  return {
    begin: () => exchange.startStream(),
    chunk(part, _index, chunk) {
      progress.outputTokens += chunk.tokens
      if (part.kind === 'reasoning') progress.reasoningTokens += chunk.tokens
      // A function call comes in one piece, at its end.
      const parts = part.kind === 'tool' ? [] : contentPart(part, chunk.text, form.includeThoughts)
      if (parts.length > 0) send(parts)
    },
    endPart(part) {
      if (part.kind === 'tool') send(contentPart(part, part.text, form.includeThoughts))
    },
    end() {
      exchange.note({ stop_reason: finishReasons[answer.stop] })
      send([{ text: '' }], finishReasons[answer.stop])
      exchange.endStream()
    },
  }
}
