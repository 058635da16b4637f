import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Period, PriceBook } from './book.ts'

const KEYS = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h'] as const
type Override = Partial<Record<(typeof KEYS)[number], number>>

/**
 * Puts the prices of a YAML file (see overrides.yaml) into the book, over what is there.
 *
 * @throws naming the entry, where a key is unknown, a price is no number ≥ 0, or input or output is missing.
 */
export function applyOverrides(book: PriceBook, file: string): void {
  const overrides = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Override>> | null
  for (const [provider, models] of Object.entries(overrides ?? {})) {
    const entries = book.get(provider) ?? new Map<string, Period[]>()
    for (const [model, prices] of Object.entries(models)) {
      for (const [key, price] of Object.entries(prices)) {
        if (!(KEYS as readonly string[]).includes(key))
          throw new Error(`${file}: ${provider}/${model}: unknown key ${key}`)
        if (typeof price !== 'number' || !(price >= 0) || !Number.isFinite(price)) {
          throw new Error(
            `${file}: ${provider}/${model}: ${key} must be a number of USD per million tokens, 0 or more`,
          )
        }
      }
      const { input, output } = prices
      if (input === undefined || output === undefined) {
        throw new Error(`${file}: ${provider}/${model}: input and output are needed`)
      }
      const cacheWrite = prices.cache_write ?? input
      entries.set(model, [
        {
          from: '0',
          input,
          cacheRead: prices.cache_read ?? input,
          cacheWrite,
          cacheWrite1h: prices.cache_write_1h ?? cacheWrite,
          output,
        },
      ])
    }
    book.set(provider, entries)
  }
}
