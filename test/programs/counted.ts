import { query } from '../../scripts/lib/prometheus.ts'
import { CALLS, COST, INPUT, OUTPUT, READ, WRITE } from '../lib/calls.ts'
import { count, nothing } from './ledger.ts'
import type { Numbers } from './ledger.ts'

const RESENDS = 'gen_ai_client_inference_resends_total'
const ATTEMPTS = 'gen_ai_client_inference_attempts_total'

/** What Prometheus has of a service. Costs are rounded to 1e-12 USD, as sums of fractions differ by their order. */
export async function countedNumbers(prometheusUrl: string, service: string): Promise<Numbers> {
  const of = (metric: string) => query(prometheusUrl, `${metric}{service_name="${service}"}`)
  const sum = async (metric: string) => (await of(metric)).reduce((total, { value }) => total + value, 0)
  const numbers = nothing()
  for (const { labels, value } of await of(CALLS)) {
    count(numbers.calls, labels['error_type'] ?? '', value)
    count(numbers.features, labels['app_feature'] ?? '', value)
  }
  for (const { labels, value } of await of(ATTEMPTS)) {
    count(numbers.attempts, labels['http_response_status_code'] ?? '', value)
  }
  numbers.input = await sum(INPUT)
  numbers.output = await sum(OUTPUT)
  numbers.cache_read = await sum(READ)
  numbers.cache_write = await sum(WRITE)
  numbers.cost = await sum(COST)
  numbers.resends = await sum(RESENDS)
  return rounded(numbers)
}

export const rounded = (numbers: Numbers): Numbers => ({
  ...numbers,
  cost: Math.round(numbers.cost * 1e12) / 1e12,
})
