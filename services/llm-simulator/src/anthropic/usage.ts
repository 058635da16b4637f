import type { Progress } from '../answer.ts'
import type { CacheUse } from './cache.ts'
import type { MessagesRequest } from './request.ts'

export interface Input {
  /** All input tokens, cached and written ones included. */
  total: number
  cache: CacheUse
}

/** `usage` of a message. `input_tokens` is what is left beside the cache. */
export function messageUsage(request: MessagesRequest, { total, cache }: Input, progress: Progress) {
  const written = cache.written5m + cache.written1h
  return {
    input_tokens: total - cache.read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cache.read,
    cache_creation: {
      ephemeral_5m_input_tokens: cache.written5m,
      ephemeral_1h_input_tokens: cache.written1h,
    },
    output_tokens: progress.outputTokens,
    output_tokens_details: isThinking(request) ? { thinking_tokens: progress.reasoningTokens } : null,
    server_tool_use: null,
    service_tier: 'standard',
    speed: request.speed ?? 'standard',
    inference_geo: request.inference_geo ?? 'global',
  }
}

/** `usage` of a message_delta: totals for the whole message, fewer fields. */
export function deltaUsage(usage: ReturnType<typeof messageUsage>) {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = usage
  const { output_tokens, output_tokens_details, server_tool_use } = usage
  return {
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens,
    output_tokens_details,
    server_tool_use,
  }
}

export function isThinking({ thinking }: MessagesRequest): boolean {
  return thinking !== undefined && thinking.type !== 'disabled'
}
