import { countOf, type Series } from './prometheus.ts'
import type { StoredCall } from './stored-call.ts'

/** What is compared. */
export const QUANTITIES = ['calls', 'input', 'output', 'cost'] as const
export type Quantity = (typeof QUANTITIES)[number]

/**
 * The counter of a quantity.
 *
 * @param matchers which series of it, such as `service_name="chat-api"`; all by default
 */
export const counterOf = (quantity: Quantity, matchers = ''): string =>
  quantity === 'calls'
    ? countOf('gen_ai_client_inference_duration_seconds', matchers)
    : `gen_ai_client_inference_usage_${USAGE[quantity]}_total{${matchers}}`

const USAGE = { input: 'input_tokens', output: 'output_tokens', cost: 'cost' }

/** A time range, in milliseconds since the epoch: after `from`, up to `to`. */
export interface Range {
  from: number
  to: number
}

/** One quantity of a service's model, on both sides. */
export interface Compared {
  service: string
  model: string
  quantity: Quantity
  prometheus: number
  /** What must have been counted within the range, by the spans: all that ended well inside of it. */
  atLeast: number
  /** What can have been counted within it: also what ended so near to an edge that it may be on either side. */
  atMost: number
}

/** All models of a service whose series have overflowed: the single ones are in one series then. */
export const ALL_MODELS = '(all)'

/**
 * Sets the spans against the counters.
 *
 * A call is counted some seconds after it ended: when the SDK, the Collector's batch and the reading of its counters
 * have come round, at most `settleMs`. So calls that ended that long before an edge of the range may be on either side
 * of it. Where there are none, the comparison is exact; else it is exact to those calls.
 *
 * @param calls those that ended from `settleMs` before the range on
 */
export function reconcile(
  calls: readonly StoredCall[],
  counted: Record<Quantity, readonly Series[]>,
  range: Range,
  settleMs: number,
): Compared[] {
  const overflowed = new Set(
    QUANTITIES.flatMap((quantity) =>
      counted[quantity]
        .filter(({ labels, value }) => labels['otel_metric_overflow'] === 'true' && value > 0)
        .map(({ labels }) => labels['service_name'] ?? ''),
    ),
  )
  const rows = new Map<string, Compared>()
  const row = (service: string, name: string, quantity: Quantity) => {
    const model = overflowed.has(service) ? ALL_MODELS : name
    const key = JSON.stringify([service, model, quantity])
    const known = rows.get(key) ?? { service, model, quantity, prometheus: 0, atLeast: 0, atMost: 0 }
    rows.set(key, known)
    return known
  }
  for (const call of calls) {
    // Certainly inside: counted after `from` as it ended after it, and before `to` as it had time enough.
    const inside = call.endMs > range.from && call.endMs <= range.to - settleMs
    for (const quantity of QUANTITIES) {
      const value = (quantity === 'calls' ? 1 : call[quantity]) * call.standsFor
      if (value === 0) continue
      const known = row(call.service, call.model, quantity)
      known.atMost += value
      if (inside) known.atLeast += value
    }
  }
  for (const quantity of QUANTITIES) {
    for (const { labels, value } of counted[quantity]) {
      const model = labels['gen_ai_response_model'] ?? labels['gen_ai_request_model'] ?? ''
      row(labels['service_name'] ?? '', model, quantity).prometheus += value
    }
  }
  return [...rows.values()]
    .filter(({ prometheus, atMost }) => prometheus !== 0 || atMost !== 0)
    .sort(
      (a, b) =>
        a.service.localeCompare(b.service) ||
        a.model.localeCompare(b.model) ||
        QUANTITIES.indexOf(a.quantity) - QUANTITIES.indexOf(b.quantity),
    )
}

/** How far Prometheus is from what the spans allow: 0 where it agrees, negative where it has too little. */
export function difference({ prometheus, atLeast, atMost }: Compared): number {
  // Costs are sums of fractions, added up in another order.
  const rounding = 1e-9 * Math.max(1, Math.abs(prometheus), atMost)
  if (prometheus < atLeast - rounding) return prometheus - atLeast
  if (prometheus > atMost + rounding) return prometheus - atMost
  return 0
}
