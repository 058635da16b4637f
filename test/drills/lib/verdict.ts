import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { counterTotals } from '../../../scripts/lib/prometheus.ts'
import { counterOf, QUANTITIES } from '../../../scripts/lib/reconcile.ts'
import type { Quantity } from '../../../scripts/lib/reconcile.ts'
import { readTrace } from '../../../scripts/lib/tempo.ts'
import { eventually } from '../../../scripts/lib/eventually.ts'
import { root } from '../../lib/docker.ts'
import type { Made } from './load-process.ts'
import { MODELS } from './models.ts'

/** Where a verdict is read. */
export interface Stores {
  prometheusUrl: string
  tempoUrl: string
}

/** What became of a load. */
export interface Verdict {
  made: number
  acknowledged: number
  /** Spans that an SDK gave up: `kit` with the settings of services/telemetry, `stock` with its own. */
  givenUp: { kit: number; stock: number }
  /** Spans that the Collector has acknowledged, and Tempo does not have. */
  lost: number
  /** Spans that Tempo has more than once in one answer. */
  twice: number
  /**
   * How far the counters are off: beyond all that was made, or (negative) short of what was acknowledged. What the SDK
   * gave up may be counted or not.
   */
  counters: Record<Quantity, number>
}

/** What calls add up to, by the arithmetic of their maker. */
function sum(calls: Made['calls']): Record<Quantity, number> {
  const sums = { calls: 0, input: 0, output: 0, cost: 0 }
  for (const [, model, input, output] of calls) {
    const price = MODELS[model]!
    sums.calls += 1
    sums.input += input
    sums.output += output
    sums.cost += (input * price.input + output * price.output) / 1e6
  }
  return sums
}

const givenUp = (made: readonly Made[], sdk: string) =>
  made
    .filter(({ service }) => service.endsWith(sdk))
    .reduce(
      (sum, { traces, acknowledged }) =>
        sum + traces.reduce((spans, [, spanIds]) => spans + spanIds.length, 0) - acknowledged.length,
      0,
    )

/** Compares Tempo and Prometheus with what was made. */
export async function judge(site: Stores, made: readonly Made[]): Promise<Verdict> {
  const stored = new Set<string>()
  let twice = 0
  const traces = made.flatMap(({ traces }) => traces)
  for (let i = 0; i < traces.length; i += 16) {
    const read = await Promise.all(
      traces.slice(i, i + 16).map(([traceId]) => readTrace(site.tempoUrl, traceId)),
    )
    for (const { spanId } of read.flat()) {
      if (stored.has(spanId)) twice++
      stored.add(spanId)
    }
  }
  const acknowledged = new Set(made.flatMap(({ acknowledged }) => acknowledged))
  const calls = made.flatMap(({ calls }) => calls)
  const most = sum(calls)
  const least = sum(calls.filter(([spanId]) => acknowledged.has(spanId)))
  const services = `service_name=~"${made.map(({ service }) => service).join('|')}"`
  const counters = {} as Record<Quantity, number>
  for (const quantity of QUANTITIES) {
    const series = await counterTotals(site.prometheusUrl, counterOf(quantity, services))
    const total = series.reduce((sum, { value }) => sum + value, 0)
    // Sums of fractions are added up in another order.
    const rounding = 1e-9 * most[quantity]
    counters[quantity] =
      total > most[quantity] + rounding
        ? total - most[quantity]
        : total < least[quantity] - rounding
          ? total - least[quantity]
          : 0
  }
  return {
    made: traces.reduce((sum, [, spanIds]) => sum + spanIds.length, 0),
    acknowledged: acknowledged.size,
    givenUp: { kit: givenUp(made, 'kit'), stock: givenUp(made, 'stock') },
    lost: [...acknowledged].filter((spanId) => !stored.has(spanId)).length,
    twice,
    counters,
  }
}

/** Judges until nothing is missing, or the time is over; what was seen last. */
export async function settled(site: Stores, made: readonly Made[], timeout = 120_000): Promise<Verdict> {
  let last: Verdict | undefined
  const complete = eventually(
    async () => {
      last = await judge(site, made)
      if (last.lost > 0 || QUANTITIES.some((quantity) => last!.counters[quantity] < 0)) {
        throw new Error('something is missing')
      }
    },
    timeout,
    3000,
  )
  await complete.catch(() => undefined)
  // What comes late, and a second time, would show now.
  return eventually(() => judge(site, made))
}

/** Keeps what a drill has measured, for docs/measurements/reliability.md. */
export async function record(drill: string, figures: object): Promise<void> {
  await mkdir(join(root, 'test-output'), { recursive: true })
  const without = process.env['DRILL_WITHOUT']
  const line = JSON.stringify({ drill, ...(without ? { without } : {}), ...figures })
  await appendFile(join(root, 'test-output', 'drills.jsonl'), `${line}\n`)
  console.log(line)
}

/** Nothing lost, nothing twice, every counter as it should be. */
export const PERFECT = { lost: 0, twice: 0, counters: { calls: 0, input: 0, output: 0, cost: 0 } }
