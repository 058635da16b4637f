import { calcPrice } from '@pydantic/genai-prices'
import type { Billed, BilledTokens } from './billed.ts'
import type { Billing } from './settings.ts'

/** What a call costs, in USD, by what it is charged for. What has no list price costs nothing. */
export type Parts = Record<keyof BilledTokens | 'webSearches', number>

/** Both providers charge half for a batch. */
const BATCH = 0.5

/** The list price of the data set, by kind of token; their sum is exactly its price of the whole call. */
export function partsOf(call: Billed, provider: 'anthropic' | 'openai', billing: Billing): Parts {
  const factor = billing.priceFactor(call.model) * (call.tier === 'batch' ? BATCH : 1)
  const priceOf = ({ uncached, cacheRead, cacheWrite5m, cacheWrite1h }: BilledTokens) =>
    calcPrice(
      {
        input_tokens: uncached + cacheRead + cacheWrite5m + cacheWrite1h,
        cache_read_tokens: cacheRead,
        cache_write_tokens: cacheWrite5m + cacheWrite1h,
        cache_write_1h_tokens: cacheWrite1h,
        output_tokens: call.output,
        web_searches: call.webSearches,
      },
      call.model,
      { providerId: provider, timestamp: new Date(call.time) },
    )
  const whole = priceOf(call)
  const input = whole?.input_price ?? 0
  // What is not there any more, without one kind.
  const share = (kind: keyof BilledTokens) =>
    call[kind] === 0 ? 0 : input - (priceOf({ ...call, [kind]: 0 })?.input_price ?? 0)
  const cacheRead = share('cacheRead')
  const cacheWrite1h = share('cacheWrite1h')
  const cacheWrite5m = share('cacheWrite5m')
  const output = whole?.output_price ?? 0
  const parts = {
    uncached: input - cacheRead - cacheWrite5m - cacheWrite1h,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    output,
    webSearches: call.webSearches === 0 ? 0 : (whole?.total_price ?? 0) - input - output,
  }
  return Object.fromEntries(Object.entries(parts).map(([kind, usd]) => [kind, usd * factor])) as Parts
}
