import { countOf, increases, increasesByHour, query } from '../lib/prometheus.ts'
import { providerMatcher, type Row } from './compare.ts'
import { type Day, DAY, HOUR, startOf } from './days.ts'
import { readKit } from './kit.ts'
import type { Source } from './providers/index.ts'
import { FARTHEST_HOURS } from './reasons/days.ts'
import type { Evidence } from './reasons/reason.ts'
import type { Report } from './report.ts'
import { noUsage, type Usage } from './usage.ts'

/** Calls this close to midnight may be on either side of it. */
const MIDNIGHT_MS = 5 * 60_000

export interface Asked {
  prometheus: string
  /** PromQL's matchers, of the series to read. */
  match: string
  days: readonly Day[]
  ownKeys: ReadonlySet<string> | undefined
  now: number
}

/** Looks for what may tell why a provider's rows differ. */
export async function evidenceOf(
  { prometheus, match, days, ownKeys, now }: Asked,
  source: Source,
  report: Report,
  rows: readonly Row[],
): Promise<Evidence> {
  const matchers = [providerMatcher([source.provider]), match].filter(Boolean).join(',')
  const from = startOf(days[0]!)
  const to = startOf(days.at(-1)!) + DAY
  const sum = async (series: string) => {
    const rises = await increasesByHour(prometheus, series, from, Math.min(to, now))
    return rises.flatMap(({ values }) => values).reduce((all, value) => all + value, 0)
  }
  const atMidnight = new Map<Day, Usage>()
  const silent = new Set<Day>()
  for (const day of days) {
    atMidnight.set(day, await usageNear(prometheus, matchers, [startOf(day), startOf(day) + DAY], now))
    const known = await query(
      prometheus,
      `count(last_over_time(gen_ai_client_inference_usage_output_tokens_total[1d] @ ${(startOf(day) + DAY) / 1000}))`,
    )
    if (known.length === 0) silent.add(day)
  }
  return {
    report,
    rows,
    around: await around(prometheus, matchers, from, to, now),
    atMidnight,
    silent,
    duplicates: await sum(`gen_ai_client_inference_duplicates_total{${match}}`),
    overflowed: await sum(
      countOf(
        'gen_ai_client_inference_duration_seconds',
        ['otel_metric_overflow="true"', match].filter(Boolean).join(','),
      ),
    ),
    ownKeys,
    reportedUntil: now - source.growsFor * HOUR,
  }
}

const around = (prometheus: string, matchers: string, from: number, to: number, now: number) =>
  readKit(
    prometheus,
    from - FARTHEST_HOURS * HOUR,
    Math.min(to + FARTHEST_HOURS * HOUR, hourAfter(now)),
    matchers,
  )

/** The end of the hour in which a moment is. */
export const hourAfter = (ms: number): number => Math.ceil(ms / HOUR) * HOUR

async function usageNear(
  prometheus: string,
  matchers: string,
  moments: readonly number[],
  now: number,
): Promise<Usage> {
  const usage = noUsage()
  for (const moment of moments.filter((ms) => ms - MIDNIGHT_MS < now)) {
    const count = async (name: string) => {
      const series = await increases(
        prometheus,
        `gen_ai_client_inference_usage_${name}_total{${matchers}}`,
        moment - MIDNIGHT_MS,
        moment + MIDNIGHT_MS,
      )
      return series.reduce((sum, { value }) => sum + value, 0)
    }
    const [input, read, write, write1h] = [
      await count('input_tokens'),
      await count('cache_read_input_tokens'),
      await count('cache_write_input_tokens'),
      await count('cache_write_1h_input_tokens'),
    ]
    usage.uncached += input - read - write
    usage.cacheRead += read
    usage.cacheWrite5m += write - write1h
    usage.cacheWrite1h += write1h
    usage.output += await count('output_tokens')
  }
  return usage
}
