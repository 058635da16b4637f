import { composeAnswer, deliver } from '../answer.ts'
import type { Answer, AnswerWriter, Progress } from '../answer.ts'
import type { Handle } from '../endpoint.ts'
import { newId } from '../ids.ts'
import { snapshotOf } from '../models.ts'
import { chatStreamWriter } from './chat-stream.ts'
import { finishReasons, reasons } from './finish.ts'
import { promptText } from './prompt.ts'
import { parseChatRequest } from './request.ts'
import { chatToolCall } from './tools.ts'

/** `POST /v1/chat/completions`, https://platform.openai.com/docs/api-reference/chat */
export const createChatCompletion: Handle = async (exchange, body, account) => {
  const request = parseChatRequest(body)
  const model = snapshotOf(request.model)
  const prompt = promptText([...(request.tools ?? []), ...request.messages])
  const { behavior, prefixCache } = exchange.state
  const cache = prefixCache.use(`${account}/${model}/${request.prompt_cache_key ?? ''}`, prompt.text)
  exchange.countUse({ inputTokens: prompt.tokens })

  const answer = composeAnswer({
    draw: exchange.draw,
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    reasons: reasons(model, request.reasoning_effort),
    tool: chatToolCall(request, behavior.for(request.model).tool_rounds),
    format: request.response_format?.json_schema?.schema,
    stopSequences: [request.stop ?? []].flat(),
  })
  const id = newId('chatcmpl-', 29)
  exchange.note({ model, response_id: id })
  const common = { id, created: Math.floor(Date.now() / 1000), model, service_tier: 'default' }
  const usageOf = (progress: Progress) => chatUsage(prompt.tokens, cache.read, progress)
  const writer: AnswerWriter = request.stream
    ? chatStreamWriter(exchange, answer, common, request.stream_options?.include_usage ? usageOf : undefined)
    : {
        end() {
          const usage = usageOf(answer)
          const finish_reason = finishReasons[answer.stop]
          exchange.note({ usage_sent: usage, stop_reason: finish_reason })
          const choice = { index: 0, message: chatMessage(answer), logprobs: null, finish_reason }
          exchange.sendJson(200, { ...common, object: 'chat.completion', choices: [choice], usage })
        },
      }
  await deliver(exchange, answer, writer, usageOf, cache.commit)
}

/** `usage` of a chat completion: the cached tokens are among the prompt's, the reasoning among the completion's. */
function chatUsage(promptTokens: number, cachedTokens: number, { outputTokens, reasoningTokens }: Progress) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0, cache_write_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function chatMessage({ parts }: Answer) {
  const text = parts.find(({ kind }) => kind === 'text')?.text
  const tool = parts.find(({ kind }) => kind === 'tool')
  return {
    role: 'assistant',
    content: text ?? (tool ? null : ''),
    refusal: null,
    annotations: [],
    ...(tool && {
      tool_calls: [
        { id: newId('call_'), type: 'function', function: { name: tool.tool?.name, arguments: tool.text } },
      ],
    }),
  }
}
