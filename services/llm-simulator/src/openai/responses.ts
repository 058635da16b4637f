import { composeAnswer, deliver } from '../answer.ts'
import type { Answer, AnswerWriter, Part, Progress } from '../answer.ts'
import type { Handle } from '../endpoint.ts'
import { newId } from '../ids.ts'
import { snapshotOf } from '../models.ts'
import { reasons } from './finish.ts'
import { promptText } from './prompt.ts'
import { parseResponsesRequest } from './request.ts'
import type { ResponsesRequest } from './request.ts'
import { responsesStreamWriter } from './responses-stream.ts'
import { responseToolCall } from './tools.ts'

/** `POST /v1/responses`, https://platform.openai.com/docs/api-reference/responses. Nothing is stored. */
export const createResponse: Handle = async (exchange, body, account) => {
  const request = parseResponsesRequest(body)
  const model = snapshotOf(request.model)
  const prompt = promptText(promptItems(request))
  const { behavior, prefixCache } = exchange.state
  const cache = prefixCache.use(`${account}/${model}/${request.prompt_cache_key ?? ''}`, prompt.text)
  exchange.countUse({ inputTokens: prompt.tokens })

  const answer = composeAnswer({
    draw: exchange.draw,
    maxTokens: request.max_output_tokens ?? undefined,
    reasons: reasons(model, request.reasoning?.effort),
    tool: responseToolCall(request, behavior.for(request.model).tool_rounds),
    format: request.text?.format?.schema,
    stopSequences: [],
  })
  const id = newId('resp_', 48)
  exchange.note({ model, response_id: id })
  const usageOf = (progress: Progress) => responseUsage(prompt.tokens, cache.read, progress)
  const open = openResponse(id, model, request)
  const items = answer.parts.map(outputItem)
  const complete = () => {
    const usage = usageOf(answer)
    const end = ending(answer)
    exchange.note({ usage_sent: usage, stop_reason: end.incomplete_details?.reason ?? end.status })
    return { ...open, ...end, completed_at: Math.floor(Date.now() / 1000), output: items, usage }
  }
  const writer: AnswerWriter = request.stream
    ? responsesStreamWriter(exchange, open, items, complete)
    : { end: () => exchange.sendJson(200, complete()) }
  await deliver(exchange, answer, writer, usageOf, cache.commit)
}

function promptItems({ tools = [], instructions, input }: ResponsesRequest): object[] {
  return [
    ...tools,
    ...(instructions ? [{ role: 'developer', content: instructions }] : []),
    ...(typeof input === 'string' ? [{ role: 'user', content: input }] : input),
  ]
}

/** `usage` of a response: the cached tokens are among the input's, the reasoning among the output's. */
function responseUsage(
  inputTokens: number,
  cachedTokens: number,
  { outputTokens, reasoningTokens }: Progress,
) {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

function openResponse(id: string, model: string, request: ResponsesRequest) {
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? {},
    model,
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: request.temperature ?? 1,
    text: request.text ?? { format: { type: 'text' } },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_p: request.top_p ?? 1,
    truncation: 'disabled',
    usage: null,
  }
}

function ending({ stop }: Answer): { status: string; incomplete_details: { reason: string } | null } {
  if (stop === 'max_tokens')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  if (stop === 'refusal') return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  return { status: 'completed', incomplete_details: null }
}

export type OutputItem = ReturnType<typeof outputItem>

/** A part of an answer as it stands in `output` when it is done. */
function outputItem(part: Part) {
  switch (part.kind) {
    case 'reasoning':
      return { type: 'reasoning' as const, id: newId('rs_', 48), summary: [] }
    case 'text':
      return {
        type: 'message' as const,
        id: newId('msg_', 48),
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: part.text, annotations: [], logprobs: [] }],
      }
    case 'tool':
      return {
        type: 'function_call' as const,
        id: newId('fc_', 48),
        call_id: newId('call_'),
        name: part.tool?.name,
        arguments: part.text,
        status: 'completed',
      }
  }
}
