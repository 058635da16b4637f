import { setTimeout as sleep } from 'node:timers/promises'
import { counterTotals } from '../../../scripts/lib/prometheus.ts'
import { Load } from './load.ts'
import { Pairs } from './pairs.ts'
import { Shape } from './shape.ts'
import { record, settled } from './verdict.ts'

const INPUT = 'gen_ai_client_inference_usage_input_tokens_total'

export interface ShapeDrill {
  /** Compose files behind docker-compose.yml. */
  overlays: readonly string[]
  services: readonly string[]
  variables?: Record<string, string>
  /** Where applications send to; OTLP unless said otherwise. */
  entry?: 'OTLP' | 'AGENT'
  /** Spans per second. */
  rate: number
  /** Milliseconds until everything has to be there, after the load. */
  patience?: number
}

/** Tokens that each Collector has counted of the load, by its name. */
async function byCollector(shape: Shape): Promise<Record<string, number>> {
  const series = await counterTotals(shape.prometheusUrl, `${INPUT}{service_name=~"load-.*"}`)
  const totals: Record<string, number> = {}
  for (const { labels, value } of series) {
    const name = labels['collector_instance_id']!
    totals[name] = (totals[name] ?? 0) + value
  }
  return totals
}

/** A part of a shape is killed, and started again after so many milliseconds. */
export const killedFor = (part: string, ms: number) => async (shape: Shape) => {
  await shape.killPart(part)
  await sleep(ms)
  await shape.startPart(part)
}

/** As `drill`, on a shape: with calls that two processes report, too. */
export async function shapeDrill<T extends object | void>(
  name: string,
  { overlays, services, variables = {}, entry = 'OTLP', rate, patience = 120_000 }: ShapeDrill,
  trouble: (shape: Shape, load: Load) => Promise<T>,
) {
  const shape = await Shape.open(overlays, variables)
  let load: Load | undefined
  try {
    await shape.up(services)
    const { http, grpc } = shape.urls(entry)
    load = Load.start(http, grpc, { rate })
    const pairs = Pairs.start(http, 'pairs')
    await sleep(10_000)
    const more = await trouble(shape, load)
    await sleep(10_000)
    const pairTokens = await pairs.stop()
    const made = await load.stop()
    const ended = Date.now()
    const verdict = await settled(shape, made, patience)
    const settledSeconds = Math.round((Date.now() - ended) / 1000)
    // Calls of wrappers wait for as long: docs/reliability.md.
    await sleep(Math.max(0, 25_000 - (Date.now() - ended)))
    const counted = await counterTotals(shape.prometheusUrl, `${INPUT}{service_name="pairs"}`)
    const figures = {
      ...verdict,
      pairs: pairs.calls,
      /** Tokens too many of calls that two layers report, or (negative) too few. */
      pairTokens: counted.reduce((sum, { value }) => sum + value, 0) - pairTokens,
      byCollector: await byCollector(shape),
      ...more,
      settledSeconds,
    }
    await record(name, figures)
    return figures
  } finally {
    load?.kill()
    if (process.env['DRILL_KEEP'] === undefined) await shape.stop()
  }
}
