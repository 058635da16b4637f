import type { AnswerWriter } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { OutputItem } from './responses.ts'

/**
 * Writes a response as events, https://platform.openai.com/docs/api-reference/responses-streaming
 *
 * @param open the response when nothing of it is there yet
 * @param items what its output will be
 * @param complete the response when all is there
 */
export function responsesStreamWriter(
  exchange: Exchange,
  open: object,
  items: readonly OutputItem[],
  complete: () => { status: string },
): AnswerWriter {
  let sequence_number = 0
  const send = (type: string, fields: object) =>
    exchange.sendEvent({ type, sequence_number: sequence_number++, ...fields }, type)
  const at = (index: number) => ({ item_id: items[index]?.id, output_index: index })
  const inText = (index: number) => ({ ...at(index), content_index: 0 })

  return {
    begin() {
      exchange.startStream()
      send('response.created', { response: open })
      send('response.in_progress', { response: open })
    },
    startPart(_part, index) {
      const item = items[index] as OutputItem
      send('response.output_item.added', { output_index: index, item: unfilled(item) })
      if (item.type === 'message') {
        send('response.content_part.added', { ...inText(index), part: { ...item.content[0], text: '' } })
      }
    },
    // What reasoning models think is billed, not told.
    chunk(part, index, { text }) {
      if (part.kind === 'text') {
        send('response.output_text.delta', { ...inText(index), delta: text, logprobs: [] })
      } else if (part.kind === 'tool') {
        send('response.function_call_arguments.delta', { ...at(index), delta: text })
      }
    },
    endPart(part, index) {
      const item = items[index] as OutputItem
      if (item.type === 'message') {
        send('response.output_text.done', { ...inText(index), text: part.text, logprobs: [] })
        send('response.content_part.done', { ...inText(index), part: item.content[0] })
      } else if (item.type === 'function_call') {
        send('response.function_call_arguments.done', { ...at(index), name: item.name, arguments: part.text })
      }
      send('response.output_item.done', { output_index: index, item })
    },
    end() {
      const response = complete()
      send(`response.${response.status}`, { response })
      exchange.endStream()
    },
  }
}

function unfilled(item: OutputItem): object {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] }
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' }
  return item
}
