import type { Answer, AnswerWriter, Progress } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { newId } from '../ids.ts'
import { finishReasons } from './finish.ts'

/**
 * Writes a chat completion as chunks, https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * @param usageOf set when `stream_options.include_usage` is; then the last chunk has the usage and no choice
 */
export function chatStreamWriter(
  exchange: Exchange,
  answer: Answer,
  common: object,
  usageOf: ((progress: Progress) => object) | undefined,
): AnswerWriter {
  const send = (choices: object[], usage: object | null = null) => {
    const chunk = { ...common, object: 'chat.completion.chunk', choices }
    exchange.sendEvent(usageOf ? { ...chunk, usage } : chunk)
  }
  const sendDelta = (delta: object, finish_reason: string | null = null) =>
    send([{ index: 0, delta, logprobs: null, finish_reason }])
  const isCalling = answer.parts.some(({ kind }) => kind === 'tool')

  return {
    begin() {
      exchange.startStream()
      sendDelta({ role: 'assistant', content: isCalling ? null : '', refusal: null })
    },
    startPart(part) {
      if (part.kind !== 'tool') return
      const call = { name: part.tool?.name, arguments: '' }
      sendDelta({ tool_calls: [{ index: 0, id: newId('call_'), type: 'function', function: call }] })
    },
    // What reasoning models think is billed, not told.
    chunk(part, _index, { text }) {
      if (part.kind === 'text') sendDelta({ content: text })
      if (part.kind === 'tool') sendDelta({ tool_calls: [{ index: 0, function: { arguments: text } }] })
    },
    end() {
      exchange.note({ stop_reason: finishReasons[answer.stop] })
      sendDelta({}, finishReasons[answer.stop])
      if (usageOf) {
        const usage = usageOf(answer)
        exchange.note({ usage_sent: usage })
        send([], usage)
      }
      exchange.sendEvent('[DONE]')
      exchange.endStream()
    },
  }
}
