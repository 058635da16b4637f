/** What the doctor asks Prometheus: which counters rose, once for all services. */
import { query } from '../lib/prometheus.ts'
import type { Counter, Finding } from './finding.ts'

export interface Rise {
  /** Empty for one of the Collector. */
  service: string
  labels: Record<string, string>
  value: number
}

/** A counter that is new has no increase: what it is, is what it rose by. */
const rose = (selector: string, window: string) =>
  `(increase(${selector}[${window}]) > 0 or (${selector} unless ${selector} offset ${window}) > 0)`

/** @param window such as `1h`, until now */
export async function risesOf(
  prometheusUrl: string,
  { metric, matchers = '', by = [], of }: Counter,
  window: string,
): Promise<Rise[]> {
  const label = { collector: [], sdk: ['job'], service: ['service_name'] }[of ?? 'service']
  const labels = [...label, ...by]
  const promql = `sum by (${labels.join(', ')}) (${rose(`${metric}{${matchers}}`, window)})`
  const series = await query(prometheusUrl, promql)
  return series.map(({ labels: { service_name: counted, job = '', ...rest }, value }) => ({
    // A job is `namespace/name` where there is a namespace.
    service: counted ?? job,
    labels: rest,
    value,
  }))
}

/** By finding; each counter is read once. */
export async function allRises(
  prometheusUrl: string,
  findings: readonly Finding[],
  window: string,
): Promise<Map<string, Rise[]>> {
  const rises = new Map<string, Rise[]>()
  for (const { id, counter } of findings)
    if (counter) rises.set(id, await risesOf(prometheusUrl, counter, window))
  return rises
}

/** How many calls each service made, and which only had attempts or spans that no dialect knows. */
export async function servicesIn(prometheusUrl: string, window: string): Promise<Map<string, number>> {
  const calls = new Map<string, number>()
  const add = async (promql: string, isCall: boolean) => {
    for (const { labels, value } of await query(prometheusUrl, promql)) {
      const service = labels['service_name'] ?? 'unknown_service'
      calls.set(service, (calls.get(service) ?? 0) + (isCall ? value : 0))
    }
  }
  const by = 'sum by (service_name)'
  const duration = 'gen_ai_client_inference_duration_seconds'
  // Before anything was counted there is no earlier value to take off.
  await add(
    `${by} (histogram_count(increase(${duration}[${window}])) > 0 or (histogram_count(${duration}) unless histogram_count(${duration} offset ${window})) > 0 or increase(${duration}_count[${window}]) > 0)`,
    true,
  )
  for (const metric of ['attempts', 'unrecognized', 'flagged'])
    await add(`${by} ${rose(`gen_ai_client_inference_${metric}_total`, window)}`, false)
  return calls
}
