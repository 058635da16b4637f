/** Far more than the Collector can take: refused so that it can be sent again, and nothing acknowledged is lost. */
import { eventually } from '../../scripts/lib/eventually.ts'
import { counterTotals } from '../../scripts/lib/prometheus.ts'
import { sendSpans } from '../lib/otlp.ts'
import { drill } from './lib/drill.ts'
import { herd } from './lib/herd.ts'
import type { Site } from './lib/site.ts'
import { PERFECT } from './lib/verdict.ts'

/** Two minutes, or DRILL_OUTAGE seconds. */
const SECONDS = Math.min(120, Number(process.env['DRILL_OUTAGE'] || 120))
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total{service_name="herd"}'

test('overload: 128 applications send what they have kept, all at once', async () => {
  const trouble = async (site: Site) => {
    const sent = await herd(site.httpUrl, 'herd', 128, SECONDS)
    const ended = Date.now()
    // Twenty requests in a row, each at its first try.
    await eventually(async () => {
      for (let i = 0; i < 20; i++)
        await sendSpans(site.httpUrl, { service: 'after', spans: [{ attributes: {} }] })
    }, 120_000)
    const recoverySeconds = Math.round((Date.now() - ended) / 1000)
    const limited = await site.collectorMetric('otelcol_receiver_refused_spans_total')
    const counted = async () =>
      (await counterTotals(site.prometheusUrl, INPUT)).reduce((sum, { value }) => sum + value, 0)
    await eventually(async () => {
      if ((await counted()) < sent.tokens) throw new Error('not all counted yet')
    }, 60_000).catch(() => undefined)
    return { ...sent, refusedSpans: limited, recoverySeconds, herdTokens: (await counted()) - sent.tokens }
  }
  // An SDK's own 10 s for an answer may be too short now, and what it sends again counts twice.
  const verdict = await drill('overload', trouble, { sdks: ['kit', 'kit', 'kit', 'kit'] })
  expect(verdict).toMatchObject({ ...PERFECT, outOfMemory: false, running: true, other: 0, herdTokens: 0 })
  expect(verdict.givenUp.kit).toBe(0)
  expect(verdict.refused).toBeGreaterThan(0)
  expect(verdict.peakMemory).toBeLessThan(512)
  expect(verdict.recoverySeconds).toBeLessThan(60)
}, 1_800_000)
