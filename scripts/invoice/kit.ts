import { countOf, increasesByHour } from '../lib/prometheus.ts'
import { HOUR } from './days.ts'
import { type Kind, noUsage, plus, type Usage } from './usage.ts'

const counter = (name: string) => `gen_ai_client_inference_${name}_total`

/** What the kit counted of one model in one hour. */
export interface Counted {
  /** When the hour began, in milliseconds since the epoch. */
  hour: number
  /** By `gen_ai.provider.name`. */
  provider: string
  /** That answered, else that was asked for; '' where the labels have overflowed. */
  model: string
  usage: Usage
  /** Calls that succeeded. */
  requests: number
  /** USD: by kind of token; of the provider's own tools; and what a provider billed, of which no parts are known. */
  cost: Record<CostPart, number>
  /** Calls without a price. */
  unpriced: number
  /** Calls that did not tell all of their usage. */
  incomplete: number
}

/** As `gen_ai.usage.cost.component` has them. */
export type CostPart = 'input' | 'cache_read' | 'cache_write' | 'output' | 'server_tools' | 'billed'

export const costOf = ({ cost }: Pick<Counted, 'cost'>): number =>
  Object.values(cost).reduce((sum, usd) => sum + usd, 0)

/** The part of the cost that a kind of token is in. */
export const PART_OF: Record<Kind, CostPart> = {
  uncached: 'input',
  cacheRead: 'cache_read',
  cacheWrite5m: 'cache_write',
  cacheWrite1h: 'cache_write',
  output: 'output',
}

/**
 * What was counted after one moment and up to another, whole hours both. Counters are read one after the other, in hours:
 * the range may be long, and neither Prometheus nor this process holds more than an hour of one.
 *
 * @param matchers PromQL's, of the series to read
 */
export async function readKit(
  prometheusUrl: string,
  from: number,
  to: number,
  matchers: string,
): Promise<Counted[]> {
  const rows = new Map<string, Counted>()
  const read = async (
    series: string,
    put: (row: Counted, value: number, labels: Record<string, string>) => void,
  ) => {
    for (const { labels, values } of await increasesByHour(prometheusUrl, series, from, to)) {
      values.forEach((value, i) => {
        if (value !== 0) put(rowOf(rows, from + i * HOUR, labels), value, labels)
      })
    }
  }
  const all = `{${matchers}}`
  const tokens = (name: string, parts: Partial<Record<Kind, 1 | -1>>) =>
    read(counter(`usage_${name}`) + all, (row, value) => {
      for (const [kind, sign] of Object.entries(parts) as [Kind, 1 | -1][]) row.usage[kind] += sign * value
    })
  await tokens('input_tokens', { uncached: 1 })
  await tokens('cache_read_input_tokens', { cacheRead: 1, uncached: -1 })
  await tokens('cache_write_input_tokens', { cacheWrite5m: 1, uncached: -1 })
  await tokens('cache_write_1h_input_tokens', { cacheWrite1h: 1, cacheWrite5m: -1 })
  await tokens('output_tokens', { output: 1 })
  await read(counter('usage_cost') + all, (row, usd, labels) => {
    const part = labels['gen_ai_usage_cost_component'] as CostPart
    row.cost[part] = (row.cost[part] ?? 0) + usd
  })
  await read(counter('unpriced') + all, (row, calls) => (row.unpriced += calls))
  const missing = ['genai_flag=~"(input_tokens|output_tokens|usage)_missing"', matchers]
    .filter(Boolean)
    .join(',')
  await read(`${counter('flagged')}{${missing}}`, (row, calls) => (row.incomplete += calls))
  const succeeded = ['error_type=""', matchers].filter(Boolean).join(',')
  await read(
    countOf('gen_ai_client_inference_duration_seconds', succeeded),
    (row, calls) => (row.requests += calls),
  )
  return [...rows.values()]
}

function rowOf(rows: Map<string, Counted>, hour: number, labels: Record<string, string>): Counted {
  const provider = labels['gen_ai_provider_name'] ?? ''
  const model = labels['gen_ai_response_model'] ?? labels['gen_ai_request_model'] ?? ''
  const key = JSON.stringify([hour, provider, model])
  const known = rows.get(key) ?? { ...nothing(), hour, provider, model }
  rows.set(key, known)
  return known
}

export const nothing = (): Omit<Counted, 'hour' | 'provider' | 'model'> => ({
  usage: noUsage(),
  requests: 0,
  cost: { input: 0, cache_read: 0, cache_write: 0, output: 0, server_tools: 0, billed: 0 },
  unpriced: 0,
  incomplete: 0,
})

/** Several hours, or models, as one. */
export function addUp(counted: readonly Omit<Counted, 'hour' | 'provider' | 'model'>[]) {
  return counted.reduce(
    (sum, one) => ({
      usage: plus(sum.usage, one.usage),
      requests: sum.requests + one.requests,
      cost: Object.fromEntries(
        Object.entries(sum.cost).map(([part, usd]) => [part, usd + one.cost[part as CostPart]]),
      ) as Counted['cost'],
      unpriced: sum.unpriced + one.unpriced,
      incomplete: sum.incomplete + one.incomplete,
    }),
    nothing(),
  )
}
