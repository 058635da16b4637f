import { counterTotals, countOf, query, type Series } from './prometheus.ts'

/** What Prometheus has of one model in one service. */
export interface ModelUsage {
  service: string
  model: string
  calls: number
  /** Tokens; input includes cached. */
  input: number
  cached: number
  output: number
  /** USD; undefined when no price is known for the model. */
  cost: number | undefined
  /** Seconds; undefined where no call took any measured time. */
  p95: number | undefined
}

const metric = (name: string) => `gen_ai_client_inference_${name}`

/** Everything counted since the series began (at most the last three hours), by service and model. */
export async function modelUsage(prometheusUrl: string): Promise<ModelUsage[]> {
  const duration = metric('duration_seconds')
  const by = 'service_name, gen_ai_response_model, gen_ai_request_model'
  const [calls, input, cached, output, cost, p95] = await Promise.all([
    counterTotals(prometheusUrl, countOf(duration)),
    counterTotals(prometheusUrl, metric('usage_input_tokens_total')),
    counterTotals(prometheusUrl, metric('usage_cache_read_input_tokens_total')),
    counterTotals(prometheusUrl, metric('usage_output_tokens_total')),
    counterTotals(prometheusUrl, metric('usage_cost_total')),
    query(
      prometheusUrl,
      // Of native histograms, or classic ones.
      `histogram_quantile(0.95, sum by (${by}) (${duration})) or histogram_quantile(0.95, sum by (le, ${by}) (${duration}_bucket))`,
    ),
  ])
  return combine({ calls, input, cached, output, cost, p95 })
}

/** Adds series up by service and model; a failed call has no response model, and counts for the one requested. */
export function combine(series: Record<'calls' | 'input' | 'cached' | 'output' | 'cost' | 'p95', Series[]>) {
  const rows = new Map<string, ModelUsage>()
  for (const column of ['calls', 'input', 'cached', 'output', 'cost', 'p95'] as const) {
    for (const { labels, value } of series[column]) {
      const service = labels['service_name'] ?? ''
      const model = labels['gen_ai_response_model'] ?? labels['gen_ai_request_model'] ?? ''
      const key = `${service}\0${model}`
      const row = rows.get(key) ?? { ...nothing, service, model }
      rows.set(key, row)
      // Of calls that succeeded and calls that failed, the slower.
      if (column === 'p95') row.p95 = Number.isNaN(value) ? row.p95 : Math.max(row.p95 ?? 0, value)
      else row[column] = (row[column] ?? 0) + value
    }
  }
  return [...rows.values()].sort(
    (a, b) => a.service.localeCompare(b.service) || a.model.localeCompare(b.model),
  )
}

const nothing = { calls: 0, input: 0, cached: 0, output: 0, cost: undefined, p95: undefined }
