import { calcPrice } from '@pydantic/genai-prices'
import { counterTotals } from '../../scripts/lib/prometheus.ts'
import type { LedgerPage } from '../../services/llm-simulator/src/ledger.ts'
import { eventually } from '../../scripts/lib/eventually.ts'

/** Tokens and USD of one model. Input includes what was read from and written to the cache. */
export interface Totals {
  input_tokens: number
  output_tokens: number
  cache_read_input_tokens: number
  cache_write_input_tokens: number
  cost: number
}

interface AnthropicUsage {
  input_tokens: number
  output_tokens: number
  cache_read_input_tokens?: number | null
  cache_creation_input_tokens?: number | null
  cache_creation?: { ephemeral_1h_input_tokens: number } | null
}
interface OpenAIUsage {
  prompt_tokens?: number
  input_tokens?: number
  completion_tokens?: number
  output_tokens?: number
  prompt_tokens_details?: { cached_tokens?: number } | null
  input_tokens_details?: { cached_tokens?: number } | null
}

/** What the simulator told its clients, added up by the model that answered: the truth. */
export async function ledgerTotals(simulatorUrl: string): Promise<Map<string, Totals>> {
  const response = await fetch(`${simulatorUrl}/ledger`)
  const { entries, dropped, in_flight } = (await response.json()) as LedgerPage
  if (dropped > 0) throw new Error(`the ledger has dropped ${dropped} entries`)
  if (in_flight > 0) throw new Error(`${in_flight} calls are still being answered`)
  const totals = new Map<string, Totals>()
  for (const { provider, model, usage_sent, time, aborted } of entries) {
    // Of a call that its client left, the client knows what had been sent, and no instrumentation can know more.
    if (!usage_sent || !model) continue
    const tokens =
      provider === 'anthropic' ? anthropicTokens(usage_sent as AnthropicUsage) : openaiTokens(usage_sent)
    // Until its last event an Anthropic stream has a placeholder for the output, which the SDK does not report.
    if (aborted && provider === 'anthropic') tokens.output = 0
    const price = calcPrice(
      {
        input_tokens: tokens.input,
        output_tokens: tokens.output,
        cache_read_tokens: tokens.read,
        cache_write_tokens: tokens.write,
        cache_write_1h_tokens: tokens.write1h,
      },
      model,
      { providerId: provider, timestamp: new Date(time) },
    )
    const sum = totals.get(model) ?? {
      input_tokens: 0,
      output_tokens: 0,
      cache_read_input_tokens: 0,
      cache_write_input_tokens: 0,
      cost: 0,
    }
    sum.input_tokens += tokens.input
    sum.output_tokens += tokens.output
    sum.cache_read_input_tokens += tokens.read
    sum.cache_write_input_tokens += tokens.write
    sum.cost += price?.total_price ?? 0
    totals.set(model, sum)
  }
  return totals
}

function anthropicTokens(usage: AnthropicUsage) {
  const read = usage.cache_read_input_tokens ?? 0
  const write = usage.cache_creation_input_tokens ?? 0
  return {
    input: usage.input_tokens + read + write,
    output: usage.output_tokens,
    read,
    write,
    write1h: usage.cache_creation?.ephemeral_1h_input_tokens ?? 0,
  }
}

function openaiTokens(usage: OpenAIUsage) {
  return {
    input: usage.prompt_tokens ?? usage.input_tokens ?? 0,
    output: usage.completion_tokens ?? usage.output_tokens ?? 0,
    read: (usage.prompt_tokens_details ?? usage.input_tokens_details)?.cached_tokens ?? 0,
    write: 0,
    write1h: 0,
  }
}

/** The same from Prometheus' counters, over every restart of the Collector. */
export async function counterTotalsByModel(prometheusUrl: string): Promise<Map<string, Totals>> {
  const totals = new Map<string, Totals>()
  const metrics = {
    input_tokens: 'usage_input_tokens',
    output_tokens: 'usage_output_tokens',
    cache_read_input_tokens: 'usage_cache_read_input_tokens',
    cache_write_input_tokens: 'usage_cache_write_input_tokens',
    cost: 'usage_cost',
  }
  for (const [key, metric] of Object.entries(metrics) as [keyof Totals, string][]) {
    for (const { labels, value } of await counterTotals(
      prometheusUrl,
      `gen_ai_client_inference_${metric}_total`,
    )) {
      const model = labels['gen_ai_response_model'] ?? ''
      const sum = totals.get(model) ?? {
        input_tokens: 0,
        output_tokens: 0,
        cache_read_input_tokens: 0,
        cache_write_input_tokens: 0,
        cost: 0,
      }
      sum[key] += value
      totals.set(model, sum)
    }
  }
  return totals
}

/** Tokens equal to the last one, cost to 1e-6, for every model that the ledger or Prometheus knows. */
export async function expectLedgerTotals(simulatorUrl: string, prometheusUrl: string): Promise<void> {
  await eventually(async () => {
    const expected = await ledgerTotals(simulatorUrl)
    const actual = await counterTotalsByModel(prometheusUrl)
    const tokens = (totals: Map<string, Totals>) =>
      Object.fromEntries([...totals].map(([model, sum]) => [model, { ...sum, cost: undefined }]))
    expect(tokens(actual)).toEqual(tokens(expected))
    expect(expected.size).toBeGreaterThan(0)
    for (const [model, { cost }] of expected) {
      expect(Math.abs(actual.get(model)!.cost - cost)).toBeLessThanOrEqual(1e-6 * cost)
    }
  })
}
