import { composeAnswer, deliver } from '../answer.ts'
import type { AnswerWriter, Progress } from '../answer.ts'
import type { Handle } from '../endpoint.ts'
import { newId } from '../ids.ts'
import { thinksByDefault } from '../models.ts'
import { contentPart, finishReasons } from './parts.ts'
import { modelOf } from './path.ts'
import { promptText, toolUseTokens } from './prompt.ts'
import { parseGenerateRequest } from './request.ts'
import type { GenerateRequest } from './request.ts'
import { contentStreamWriter } from './stream.ts'
import { geminiToolCall, jsonSchema } from './tools.ts'

/** `:generateContent` and `:streamGenerateContent?alt=sse`, https://ai.google.dev/api/generate-content */
export const generateContent: Handle = async (exchange, body, account) => {
  const { model, request } = parseGenerateRequest(modelOf(exchange.request), body)
  const prompt = promptText(request)
  const toolUse = toolUseTokens(request)
  const { behavior, prefixCache } = exchange.state
  const cache = prefixCache.use(`${account}/${model}`, prompt.text)
  exchange.countUse({ inputTokens: prompt.tokens + toolUse })

  const config = request.generationConfig ?? {}
  const format = config.responseJsonSchema ?? config.responseSchema
  const answer = composeAnswer({
    draw: exchange.draw,
    maxTokens: config.maxOutputTokens ?? undefined,
    reasons: thinks(model, request),
    tool: geminiToolCall(request, behavior.for(model).tool_rounds),
    format: format ? jsonSchema(format) : undefined,
    stopSequences: config.stopSequences ?? [],
  })
  const responseId = newId('')
  exchange.note({ model, response_id: responseId })
  const usageOf = (progress: Progress) => usageMetadata(prompt.tokens, cache.read, toolUse, progress)
  const includeThoughts = config.thinkingConfig?.includeThoughts === true
  const common = { modelVersion: model, responseId }
  const writer: AnswerWriter = exchange.request.path.endsWith(':streamGenerateContent')
    ? contentStreamWriter(exchange, answer, { common, usageOf, includeThoughts })
    : {
        end() {
          const usage = usageOf(answer)
          const finishReason = finishReasons[answer.stop]
          exchange.note({ usage_sent: usage, stop_reason: finishReason })
          const parts = answer.parts.flatMap((part) => contentPart(part, part.text, includeThoughts))
          const candidate = { content: { parts, role: 'model' }, finishReason, index: 0 }
          exchange.sendJson(200, { candidates: [candidate], usageMetadata: usage, ...common })
        },
      }
  await deliver(exchange, answer, writer, usageOf, cache.commit)
}

function thinks(model: string, { generationConfig }: GenerateRequest): boolean {
  const budget = generationConfig?.thinkingConfig?.thinkingBudget
  return budget === undefined || budget === null ? thinksByDefault(model) : budget !== 0
}

/**
 * `usageMetadata`: cached tokens are among the prompt's; thoughts are not among the candidates', nor what Google's own
 * tools answered among the prompt's. Counts of 0 are left out.
 */
function usageMetadata(promptTokens: number, cached: number, toolUse: number, progress: Progress) {
  const { outputTokens, reasoningTokens } = progress
  const candidates = outputTokens - reasoningTokens
  const details = (tokenCount: number) => [{ modality: 'TEXT', tokenCount }]
  return {
    promptTokenCount: promptTokens,
    ...(candidates > 0 && { candidatesTokenCount: candidates }),
    totalTokenCount: promptTokens + toolUse + outputTokens,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    promptTokensDetails: details(promptTokens),
    ...(cached > 0 && { cacheTokensDetails: details(cached) }),
    ...(toolUse > 0 && { toolUsePromptTokenCount: toolUse, toolUsePromptTokensDetails: details(toolUse) }),
    ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
  }
}
