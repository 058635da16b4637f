import type { LedgerEntry } from '../ledger.ts'
import type { Billing } from './settings.ts'

/** The tokens that a call is billed for, each once. */
export interface BilledTokens {
  uncached: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
  output: number
}

/** A call as the reports see it. */
export interface Billed extends BilledTokens {
  /** Milliseconds since the epoch, by the provider's days. */
  time: number
  model: string
  isEmbedding: boolean
  apiKeyId: string | null
  /** `standard`, `batch`, `priority`, … */
  tier: string
  webSearches: number
}

interface AnthropicUsage {
  input_tokens: number
  output_tokens: number
  cache_read_input_tokens?: number | null
  cache_creation_input_tokens?: number | null
  cache_creation?: { ephemeral_1h_input_tokens: number } | null
  server_tool_use?: { web_search_requests?: number } | null
  service_tier?: string | null
}
interface OpenAIUsage {
  prompt_tokens?: number
  input_tokens?: number
  completion_tokens?: number
  output_tokens?: number
  prompt_tokens_details?: { cached_tokens?: number } | null
  input_tokens_details?: { cached_tokens?: number } | null
}

/** What the provider's reports know by now, of all calls in the ledger. */
export function billedCalls(
  entries: readonly LedgerEntry[],
  provider: 'anthropic' | 'openai',
  billing: Billing,
): Billed[] {
  const knownUntil = Date.now() - billing.delayMs
  return entries.flatMap((entry) => {
    const time = Date.parse(entry.time)
    if (entry.provider !== provider || !entry.usage || !entry.model || time > knownUntil) return []
    return [
      {
        ...(provider === 'anthropic' ? ofAnthropic(entry.usage as AnthropicUsage) : ofOpenAI(entry.usage)),
        ...(entry.batch && { tier: 'batch' }),
        time: time - billing.dayBeginsMs,
        model: entry.model,
        isEmbedding: entry.endpoint.endsWith('/embeddings'),
        apiKeyId: entry.api_key_id,
      },
    ]
  })
}

function ofAnthropic(usage: AnthropicUsage) {
  const cacheWrite1h = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0
  return {
    uncached: usage.input_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite5m: (usage.cache_creation_input_tokens ?? 0) - cacheWrite1h,
    cacheWrite1h,
    output: usage.output_tokens,
    webSearches: usage.server_tool_use?.web_search_requests ?? 0,
    tier: usage.service_tier ?? 'standard',
  }
}

function ofOpenAI(usage: OpenAIUsage) {
  const input = usage.prompt_tokens ?? usage.input_tokens ?? 0
  const cacheRead = (usage.prompt_tokens_details ?? usage.input_tokens_details)?.cached_tokens ?? 0
  return {
    uncached: input - cacheRead,
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: usage.completion_tokens ?? usage.output_tokens ?? 0,
    webSearches: 0,
    tier: 'default',
  }
}
