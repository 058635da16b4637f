import Anthropic from '@anthropic-ai/sdk'
import type { ClientOptions as AnthropicOptions } from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { ClientOptions as OpenAIOptions } from 'openai'
import { createSimulator } from './index.ts'
import type { LedgerEntry, Simulator } from './index.ts'

/** A simulator for the tests of a file: quick and exact, everything back to that after each test. */
export function useSimulator(options?: Parameters<typeof createSimulator>[0]) {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await createSimulator(options)
  })
  beforeEach(() => {
    const { state } = simulator
    state.clearCaches()
    state.faults.clear()
    state.ledger.clear()
    state.behavior.reset()
    const instantly = { latency_seconds: 0, time_to_first_token_seconds: 0, tokens_per_second: null }
    state.behavior.patch({ ...instantly, jitter: 0, output_tokens: 20, reasoning_tokens: 0 })
    state.behavior.patch({ models: { 'claude-haiku': null, 'claude-opus': null, 'text-embedding-': null } })
  })
  afterAll(() => simulator.close())

  return {
    get state() {
      return simulator.state
    },
    get url() {
      return simulator.url
    },
    anthropic: (options?: AnthropicOptions) =>
      new Anthropic({ baseURL: simulator.url, apiKey: 'key-a', maxRetries: 0, ...options }),
    openai: (options?: OpenAIOptions) =>
      new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key-a', maxRetries: 0, ...options }),
    /** The entries, when nothing is in flight any more. */
    async ledger(): Promise<LedgerEntry[]> {
      while (simulator.state.ledger.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      return simulator.state.ledger.page().entries
    },
  }
}
