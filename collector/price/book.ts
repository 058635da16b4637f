import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type {
  ConditionalPrice,
  MatchLogic,
  ModelInfo,
  ModelPrice,
  TieredPrices,
} from '@pydantic/genai-prices'

/** USD per million tokens, by what the tokens were. */
export interface Rates {
  input: number
  cacheRead: number
  cacheWrite: number
  cacheWrite1h: number
  output: number
}

/** Rates from a moment on, and those of calls whose input is longer than a threshold, where they differ. */
export interface Period extends Rates {
  /** Unix time in nanoseconds, as a decimal string: it does not fit a double. */
  from: string
  /** All tokens of a call with more than `above` input tokens cost these rates. */
  tier?: Rates & { above: number }
}

/** Provider (gen_ai.provider.name) → model name as it arrives → periods, oldest first. */
export type PriceBook = Map<string, Map<string, Period[]>>

/** The providers of the data set that the Collector prices: its id → gen_ai.provider.name. */
export const PROVIDERS: Record<string, string> = { anthropic: 'anthropic', openai: 'openai' }

/**
 * Reads the price book out of genai-prices.
 *
 * Only names that the data set spells out become keys. A name that it would match by prefix or by containing (as it
 * matches `claude-sonnet-5-5` to `claude-sonnet-5`) is a guess, and stays unpriced.
 *
 * @throws where the data set says something that the book cannot express, so that no price is silently wrong.
 */
export function readPriceBook(): PriceBook {
  const book: PriceBook = new Map()
  for (const [id, name] of Object.entries(PROVIDERS)) {
    const provider = findProvider({ providerId: id })
    if (!provider) throw new Error(`genai-prices has no provider ${id}`)
    const models = new Map<string, Period[]>()
    for (const model of provider.models) {
      const periods = periodsOf(model)
      if (!periods) continue
      for (const key of new Set([model.id, ...namesIn(model.match)])) {
        // The data set has the last word on which model a name means: the first that matches.
        if (calcPrice({ input_tokens: 1 }, key, { providerId: id })?.model.id === model.id)
          models.set(key, periods)
      }
    }
    book.set(name, new Map([...models].sort(([a], [b]) => (a < b ? -1 : 1))))
  }
  return book
}

/** The names that a match rule spells out. Prefixes count as names of their own: `claude-opus-4-6` is a model. */
function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn)
  if ('equals' in match) return [match.equals]
  if ('starts_with' in match) return [match.starts_with]
  return []
}

function periodsOf(model: ModelInfo): Period[] | undefined {
  const conditional: ConditionalPrice[] = Array.isArray(model.prices)
    ? model.prices
    : [{ prices: model.prices }]
  // Audio by the hour and the like: not priced by tokens.
  if (conditional.every(({ prices }) => prices.input_mtok === undefined)) return undefined
  return conditional.map(({ constraint, prices }, i) => {
    if (constraint && constraint.type !== 'start_date') {
      throw new Error(`${model.id}: prices by time of day cannot be expressed yet`)
    }
    if ((constraint === undefined) !== (i === 0)) {
      throw new Error(`${model.id}: expected the first price without a start date, and the others with one`)
    }
    const from = constraint ? BigInt(Date.parse(constraint.start_date)) * 1_000_000n : 0n
    const base = ratesOf(prices, (price) => (typeof price === 'number' ? price : price.base))
    const above = tierStart(model.id, prices)
    if (above === undefined) return { from: String(from), ...base }
    const tier = ratesOf(prices, (price) =>
      typeof price === 'number' ? price : (price.tiers[0]?.price ?? price.base),
    )
    return { from: String(from), ...base, tier: { above, ...tier } }
  })
}

/** Where a price is missing, genai-prices charges the tokens as what they are part of. */
function ratesOf(prices: ModelPrice, pick: (price: number | TieredPrices) => number): Rates {
  const rate = (key: string, fallback: number) => {
    const price = prices[key]
    return price === undefined ? fallback : pick(price)
  }
  const input = rate('input_mtok', 0)
  const cacheWrite = rate('cache_write_mtok', input)
  return {
    input,
    cacheRead: rate('cache_read_mtok', input),
    cacheWrite,
    cacheWrite1h: rate('cache_write_1h_mtok', cacheWrite),
    output: rate('output_mtok', 0),
  }
}

function tierStart(id: string, prices: ModelPrice): number | undefined {
  const starts = new Set<number>()
  for (const price of Object.values(prices)) {
    if (price === undefined || typeof price === 'number') continue
    if (price.tiers.length > 1) throw new Error(`${id}: more than one context tier cannot be expressed yet`)
    for (const { start } of price.tiers) starts.add(start)
  }
  if (starts.size > 1) throw new Error(`${id}: context tiers with different starts cannot be expressed yet`)
  return [...starts][0]
}
