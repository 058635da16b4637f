import type { Answer, AnswerWriter, Progress } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { emptied, ending } from './content.ts'
import type { AnswerBlock } from './content.ts'
import { deltaUsage } from './usage.ts'
import type { messageUsage } from './usage.ts'

/** Writes a message as events in the API's order, https://platform.claude.com/docs/en/build-with-claude/streaming */
export function streamWriter(
  exchange: Exchange,
  answer: Answer,
  message: { content: AnswerBlock[] },
  usageOf: (progress: Progress) => ReturnType<typeof messageUsage>,
): AnswerWriter {
  const send = (event: { type: string; [field: string]: unknown }) => exchange.sendEvent(event, event.type)
  const blockAt = (index: number) => message.content[index] as AnswerBlock

  return {
    begin() {
      exchange.startStream()
      // The output is a placeholder until message_delta, as in the real API.
      const usage = usageOf({ outputTokens: 1, reasoningTokens: 0 })
      exchange.note({ usage_sent: usage })
      const open = {
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        container: null,
      }
      send({ type: 'message_start', message: { ...message, ...open, usage } })
    },
    startPart(_part, index) {
      send({ type: 'content_block_start', index, content_block: emptied(blockAt(index)) })
      if (index === 0) send({ type: 'ping' })
    },
    chunk(part, index, { text }) {
      const delta = {
        reasoning: { type: 'thinking_delta', thinking: text },
        text: { type: 'text_delta', text },
        tool: { type: 'input_json_delta', partial_json: text },
      }[part.kind]
      send({ type: 'content_block_delta', index, delta })
    },
    endPart(_part, index) {
      const block = blockAt(index)
      if (block.type === 'thinking') {
        const delta = { type: 'signature_delta', signature: block.signature }
        send({ type: 'content_block_delta', index, delta })
      }
      send({ type: 'content_block_stop', index })
    },
    end() {
      const usage = usageOf(answer)
      exchange.note({ usage_sent: usage, stop_reason: ending(answer).stop_reason })
      send({ type: 'message_delta', delta: ending(answer), usage: deltaUsage(usage) })
      send({ type: 'message_stop' })
      exchange.endStream()
    },
  }
}
