/** The models of the load, with their published prices in USD per million tokens, from the providers' price pages. */
export const MODELS = [
  { provider: 'anthropic', name: 'claude-haiku-4-5-20251001', input: 1, output: 5 },
  { provider: 'openai', name: 'gpt-5-mini-2025-08-07', input: 0.25, output: 2 },
] as const
