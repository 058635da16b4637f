/** As `gen_ai.provider.name` has them. */
export type Provider = 'anthropic' | 'openai' | 'gcp.gemini'

/** What a model's name must start with to be known; anything else is answered with 404. */
const known: Record<Provider, RegExp> = {
  anthropic: /^claude-/,
  openai: /^(gpt-|chatgpt-|o\d|text-embedding-)/,
  'gcp.gemini': /^(gemini-|gemma-)/,
}

export function isKnownModel(provider: Provider, model: string): boolean {
  return known[provider].test(model)
}

/**
 * Aliases that the APIs answer with a dated snapshot's name. From Claude 4.6 on the undated name is the snapshot.
 * https://platform.claude.com/docs/en/about-claude/models/overview, https://platform.openai.com/docs/models
 */
const snapshots = new Map([
  ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
  ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ['claude-opus-4-5', 'claude-opus-4-5-20251101'],
  ['claude-opus-4-1', 'claude-opus-4-1-20250805'],
  ['gpt-5', 'gpt-5-2025-08-07'],
  ['gpt-5-mini', 'gpt-5-mini-2025-08-07'],
  ['gpt-5-nano', 'gpt-5-nano-2025-08-07'],
  ['gpt-5.1', 'gpt-5.1-2025-11-13'],
  ['gpt-4.1', 'gpt-4.1-2025-04-14'],
  ['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'],
  ['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'],
  ['gpt-4o', 'gpt-4o-2024-08-06'],
  ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
  ['o3', 'o3-2025-04-16'],
  ['o4-mini', 'o4-mini-2025-04-16'],
  ['text-embedding-ada-002', 'text-embedding-ada-002-v2'],
])

/** The model name that the API's answer carries. */
export function snapshotOf(model: string): string {
  return snapshots.get(model) ?? model
}

/** Whether an OpenAI model spends tokens on reasoning that nobody sees. */
export function isReasoningModel(model: string): boolean {
  return /^(o\d|gpt-5)/.test(model) && !/chat/.test(model)
}

/**
 * The shortest prefix that Anthropic caches, in tokens.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#cache-limitations
 */
export function minimumCacheableTokens(model: string): number {
  if (/^claude-(opus|fable|mythos)-5/.test(model)) return 512
  if (/^claude-(haiku-4-5|opus-4-[56])/.test(model)) return 4096
  if (/^claude-(opus-4-7|3.*haiku)/.test(model)) return 2048
  return 1024
}

/** Whether a Gemini model thinks unless it is told not to. https://ai.google.dev/gemini-api/docs/thinking */
export function thinksByDefault(model: string): boolean {
  return /^gemini-(2\.5|[3-9])/.test(model) && !/flash-lite|embedding/.test(model)
}
