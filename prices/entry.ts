import { MODALITIES } from './book.ts'
import type { ModalRates, Period, Rates } from './book.ts'

/**
 * A price as the Collector reads it: the five rates in USD per million tokens, as one text (input, read from the cache,
 * written to it for 5 minutes, written for an hour, output; sixth, where there are any, a thousand searches), or a choice
 * between two prices. A rate that is not known is `-`, and a call with such tokens has no price.
 *
 * `text` is the price of a model that has others for sound, pictures or film: three rates each (input, read from the cache,
 * output). `told`: only of calls that say how much of these they had.
 *
 * A text, as the Collector parses it ten times as fast as a map of numbers when it starts.
 */
export type Entry =
  | string
  | { from: string; then: Entry; before: Entry }
  | { text: Entry; audio?: string; image?: string; video?: string; told?: true }
  | { above: number; long: Entry; short: Entry }

/** The periods of a model as one entry: choices by date, in them by the length of the input. */
export function entryOf(periods: readonly Period[]): Entry {
  const [first, ...later] = periods.map((period) => ({ from: period.from, entry: periodEntry(period) }))
  if (!first) throw new Error('a model without a price')
  return later.reduce<Entry>((before, { from, entry }) => {
    if (from === undefined) throw new Error('only the first period may begin without a date')
    return { from, then: entry, before }
  }, first.entry)
}

function periodEntry({ rates, long, modal, told }: Period): Entry {
  const entry = long
    ? { above: long.above, long: ratesText(long.rates), short: ratesText(rates) }
    : ratesText(rates)
  if (!modal) return entry
  const others = MODALITIES.flatMap((kind) => (modal[kind] ? [[kind, modalText(modal[kind])]] : []))
  return {
    text: entry,
    ...(Object.fromEntries(others) as Record<string, string>),
    ...(told ? { told } : {}),
  }
}

export function ratesText({
  input,
  cacheRead,
  cacheWrite,
  cacheWrite1h,
  output,
  webSearches,
}: Rates): string {
  return [
    input,
    cacheRead,
    cacheWrite,
    cacheWrite1h ?? '-',
    output,
    ...(webSearches ? [webSearches] : []),
  ].join(' ')
}

const modalText = ({ input, cacheRead, output }: ModalRates) =>
  [input, cacheRead, output].map((rate) => rate ?? '-').join(' ')

/** How deep choices by date are nested: so many times the Collector has to decide. */
export function depth(entry: Entry): number {
  if (typeof entry === 'string') return 0
  const inner = Object.values(entry).filter((value): value is Entry => typeof value === 'object')
  return ('from' in entry ? 1 : 0) + Math.max(0, ...inner.map(depth))
}
