import { calcPrice } from '@pydantic/genai-prices'
import { createSimulator, REQUEST_UNKNOWN, type Simulator } from '../../services/llm-simulator/src/index.ts'
import { keyId } from '../../services/llm-simulator/src/billing/key-id.ts'
import { type Day, DAY, dayOf, HOUR, startOf } from './days.ts'
import { type Counted, nothing } from './kit.ts'
import { anthropicReport } from './providers/anthropic.ts'
import { openaiReport } from './providers/openai.ts'
import type { Report } from './report.ts'

export type Provider = 'anthropic' | 'openai'
export const MODEL = { anthropic: 'claude-haiku-4-5-20251001', openai: 'gpt-5-mini-2025-08-07' }
/** As if the kit's book were older than the model. The provider has a price for it. */
export const NEW_MODEL = { anthropic: 'claude-haiku-4-5-20991231', openai: 'gpt-4.1-mini-2025-04-14' }

/** A day that is over: three days ago. */
export const DAY_BEFORE = dayOf(Date.now() - 3 * DAY)
export const NOON = startOf(DAY_BEFORE) + DAY / 2

export interface Call {
  provider: Provider
  at?: number
  model?: string
  /** null: none, as from the provider's console. */
  key?: string | null
  tokens?: {
    uncached?: number
    cacheRead?: number
    cacheWrite5m?: number
    cacheWrite1h?: number
    output?: number
  }
  batch?: boolean
  tier?: string
}

/** A simulator with which calls of the past can be told to the provider, and its reports read. */
export class Bills {
  private readonly simulator: Simulator

  private constructor(simulator: Simulator) {
    this.simulator = simulator
  }

  static async start(): Promise<Bills> {
    return new Bills(await createSimulator())
  }

  get url() {
    return this.simulator.url
  }

  get state() {
    return this.simulator.state
  }

  close() {
    return this.simulator.close()
  }

  reset() {
    this.state.ledger.clear()
    this.state.faults.clear()
    this.state.billing.reset()
  }

  /** A call that the provider bills. @returns what the kit counts of it when its service is instrumented */
  call(call: Call): Counted {
    const { provider, at = NOON, model = MODEL[provider], key = 'key-a', batch = false, tier } = call
    const tokens = { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, ...call.tokens }
    const cached = tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h
    const usage =
      provider === 'anthropic'
        ? {
            input_tokens: tokens.uncached,
            cache_read_input_tokens: tokens.cacheRead,
            cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
            cache_creation: { ephemeral_1h_input_tokens: tokens.cacheWrite1h },
            output_tokens: tokens.output,
            service_tier: tier ?? 'standard',
          }
        : {
            prompt_tokens: tokens.uncached + tokens.cacheRead,
            prompt_tokens_details: { cached_tokens: tokens.cacheRead },
            completion_tokens: tokens.output,
          }
    this.state.ledger.add({
      request_model: null,
      ...REQUEST_UNKNOWN,
      time: new Date(at).toISOString(),
      provider,
      endpoint: provider === 'anthropic' ? '/v1/messages' : '/v1/chat/completions',
      model,
      usage,
      api_key_id: key === null ? null : keyId(provider, key),
      batch,
    })
    const price = (of: Parameters<typeof calcPrice>[0]) =>
      calcPrice(of, model, { providerId: provider, timestamp: new Date(at) })!
    const whole = price({
      input_tokens: tokens.uncached + cached,
      cache_read_tokens: tokens.cacheRead,
      cache_write_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
      cache_write_1h_tokens: tokens.cacheWrite1h,
      output_tokens: tokens.output,
    })
    const { cost } = nothing()
    return {
      hour: Math.floor(at / HOUR) * HOUR,
      provider,
      model,
      usage: tokens,
      requests: 1,
      // Its parts are not what these tests are about.
      cost: { ...cost, input: whole.input_price, output: whole.output_price },
      unpriced: 0,
      incomplete: 0,
    }
  }

  report(provider: Provider, days: readonly Day[] = [DAY_BEFORE]): Promise<Report> {
    return provider === 'anthropic'
      ? anthropicReport(this.url, 'sk-ant-admin01-test', days)
      : openaiReport(`${this.url}/v1`, 'sk-admin-test', days)
  }
}
