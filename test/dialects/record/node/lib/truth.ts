import type { LedgerEntry } from '../../../../../services/llm-simulator/src/ledger.ts'
import type { Truth } from '../../../truth.ts'

interface AnthropicUsage {
  input_tokens: number
  cache_read_input_tokens: number
  cache_creation_input_tokens: number
  cache_creation: { ephemeral_1h_input_tokens: number }
  output_tokens: number
  output_tokens_details: { thinking_tokens: number } | null
}

/** Chat completions and embeddings say prompt and completion, responses say input and output. */
interface OpenAiUsage {
  prompt_tokens?: number
  prompt_tokens_details?: { cached_tokens: number }
  completion_tokens?: number
  completion_tokens_details?: { reasoning_tokens: number }
  input_tokens?: number
  input_tokens_details?: { cached_tokens: number }
  output_tokens?: number
  output_tokens_details?: { reasoning_tokens: number }
}

interface GeminiUsage {
  promptTokenCount: number
  cachedContentTokenCount?: number
  candidatesTokenCount: number
  thoughtsTokenCount?: number
}

/** The last attempt of each call. SDKs count the retries: an attempt is the last when the next begins again with 0. */
export function lastAttempts(entries: LedgerEntry[]): LedgerEntry[] {
  const billable = entries.filter(({ endpoint }) => !endpoint.endsWith('/count_tokens'))
  return billable.filter((_, i) => (billable[i + 1]?.retry_count ?? 0) === 0)
}

/** What was called and billed, as spans should say it after normalisation. A call that was retried counts once. */
export function truthOf(entries: LedgerEntry[]): Truth[] {
  return lastAttempts(entries).map((entry) => ({
    provider: entry.provider,
    operation: entry.endpoint.endsWith('/embeddings') ? 'embeddings' : 'chat',
    request_model: entry.request_model,
    model: entry.model,
    ...tokens(entry),
    stream: entry.stream,
    error_type: entry.error_type,
    stop_reason: entry.stop_reason,
  }))
}

function tokens({ provider, usage }: LedgerEntry) {
  if (!usage) return { input: 0, cache_read: 0, cache_write: 0, cache_write_1h: 0, output: 0, reasoning: 0 }
  if (provider === 'anthropic') {
    const counted = usage as AnthropicUsage
    const { cache_read_input_tokens: read, cache_creation_input_tokens: write } = counted
    return {
      input: counted.input_tokens + read + write,
      cache_read: read,
      cache_write: write,
      cache_write_1h: counted.cache_creation.ephemeral_1h_input_tokens,
      output: counted.output_tokens,
      reasoning: counted.output_tokens_details?.thinking_tokens ?? 0,
    }
  }
  if (provider === 'gcp.gemini') {
    const counted = usage as unknown as GeminiUsage
    const reasoning = counted.thoughtsTokenCount ?? 0
    return {
      input: counted.promptTokenCount,
      cache_read: counted.cachedContentTokenCount ?? 0,
      cache_write: 0,
      cache_write_1h: 0,
      output: counted.candidatesTokenCount + reasoning,
      reasoning,
    }
  }
  const counted = usage as OpenAiUsage
  return {
    input: counted.prompt_tokens ?? counted.input_tokens ?? 0,
    cache_read: (counted.prompt_tokens_details ?? counted.input_tokens_details)?.cached_tokens ?? 0,
    cache_write: 0,
    cache_write_1h: 0,
    output: counted.completion_tokens ?? counted.output_tokens ?? 0,
    reasoning: (counted.completion_tokens_details ?? counted.output_tokens_details)?.reasoning_tokens ?? 0,
  }
}
