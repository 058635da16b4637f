import { composeAnswer, deliver } from '../answer.ts'
import type { AnswerWriter, Progress } from '../answer.ts'
import type { Handle } from '../endpoint.ts'
import { newId } from '../ids.ts'
import { minimumCacheableTokens, snapshotOf } from '../models.ts'
import { contentBlock, ending } from './content.ts'
import { promptBlocks, promptTokens } from './prompt.ts'
import { checkConversation, parseMessagesRequest } from './request.ts'
import { streamWriter } from './stream.ts'
import { toolCallFor } from './tools.ts'
import { isThinking, messageUsage } from './usage.ts'

/** `POST /v1/messages`, https://platform.claude.com/docs/en/api/messages */
export const createMessage: Handle = async (exchange, body, account) => {
  const { behavior, promptCache, threads } = exchange.state
  const turn = threads.open(
    account,
    parseMessagesRequest(body, (name) => exchange.request.get(name)),
  )
  try {
    const { request } = turn
    checkConversation(request)
    const blocks = promptBlocks(request)
    const model = snapshotOf(request.model)
    const cache = promptCache.use(`${account}/${model}`, blocks, minimumCacheableTokens(model))
    const total = promptTokens(blocks)
    // What is read from the cache does not count toward the rate limit.
    exchange.countUse({ inputTokens: total - cache.read })

    const answer = composeAnswer({
      draw: exchange.draw,
      maxTokens: request.max_tokens,
      reasons: isThinking(request),
      tool: toolCallFor(request, behavior.for(request.model).tool_rounds),
      format: request.output_config?.format?.schema,
      stopSequences: request.stop_sequences ?? [],
    })
    const content = answer.parts.map(contentBlock)
    const id = newId('msg_01', 22)
    exchange.note({ model, response_id: id })
    const usageOf = (progress: Progress) => messageUsage(request, { total, cache }, progress)
    const message = { id, type: 'message', role: 'assistant', model, diagnostics: null }
    const writer: AnswerWriter = request.stream
      ? streamWriter(exchange, answer, { ...message, content }, usageOf)
      : {
          end() {
            const usage = usageOf(answer)
            exchange.note({ usage_sent: usage, stop_reason: ending(answer).stop_reason })
            exchange.sendJson(200, { ...message, content, ...ending(answer), usage })
          },
        }
    // Held before the end is sent: the client may go on at once.
    const end = () => {
      turn.hold(id, content)
      writer.end()
    }
    await deliver(exchange, answer, { ...writer, end }, usageOf, cache.commit)
  } finally {
    turn.end()
  }
}
