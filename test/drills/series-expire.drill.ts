/** A series that nothing comes for ends, and begins again when something does: what was counted stays right. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { counterTotals, query } from '../../scripts/lib/prometheus.ts'
import { sendSpans } from '../lib/otlp.ts'
import type { Change } from './lib/changes.ts'
import { Site } from './lib/site.ts'
import { record } from './lib/verdict.ts'

/** 20 seconds in place of 48 hours. */
const SHORT: Change[] = [
  ['totals.yaml', 'processors', 'deltatocumulative', 'max_stale'],
  ['totals.yaml', 'processors', 'deltatocumulative/limit', 'max_stale'],
  ['totals/state-exporter.yaml', 'metric_expiration'],
  ['count/histograms/inference-duration.yaml', 'series_expiration'],
].map(([file, ...path]) => ({ file: file!, path, value: '20s' }))

const INPUT = 'gen_ai_client_inference_usage_input_tokens_total'
const CALLS = 'gen_ai_client_inference_duration_seconds'

test('series-expire', async () => {
  const site = await Site.start({ changes: SHORT })
  try {
    const of = (metric: string) => `${metric}{service_name="expire"}`
    const total = async (metric: string) =>
      (await counterTotals(site.prometheusUrl, of(metric))).reduce((sum, { value }) => sum + value, 0)
    const send = async (calls: number) => {
      const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 10 }
      await sendSpans(site.httpUrl, {
        service: 'expire',
        spans: Array.from({ length: calls }, () => ({ attributes })),
      })
    }
    await send(7)
    await eventually(async () => expect(await total(INPUT)).toBe(70), 60_000)
    // Stale series are looked for once a minute.
    await sleep(150_000)
    // No value comes any more.
    expect(await query(site.prometheusUrl, `count_over_time(${of(INPUT)}[30s])`)).toEqual([])
    expect(await query(site.prometheusUrl, `count_over_time(${of(CALLS)}[30s])`)).toEqual([])
    await send(9)
    await eventually(async () => {
      expect(await total(INPUT)).toBe(160)
      expect(await total(CALLS)).toBe(16)
    }, 60_000)
    // It did begin again.
    const [now] = await query(site.prometheusUrl, of(INPUT))
    const [increase] = await query(site.prometheusUrl, `sum(increase(${of(INPUT)}[10m]))`)
    await record('series-expire', { total: await total(INPUT), now: now?.value, increase: increase?.value })
    expect(now?.value).toBe(90)
    // Prometheus extrapolates to the ends of the window.
    expect(increase?.value).toBeGreaterThanOrEqual(155)
    expect(increase?.value).toBeLessThan(160 * 1.2)
  } finally {
    await site.stop()
  }
}, 1_800_000)
