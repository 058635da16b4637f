/** Far more than the Collector can take: refused so that it can be sent again, and nothing acknowledged is lost. */
import { eventually } from '../../scripts/lib/eventually.ts'
import { counterTotals } from '../../scripts/lib/prometheus.ts'
import { Gated } from '../access/gated.ts'
import { sendSpans } from '../lib/otlp.ts'
import { drill } from './lib/drill.ts'
import { herd, plainPost } from './lib/herd.ts'
import type { Site } from './lib/site.ts'
import { PERFECT, record } from './lib/verdict.ts'

/** Two minutes, or DRILL_OUTAGE seconds. */
const SECONDS = Math.min(120, Number(process.env['DRILL_OUTAGE'] || 120))
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total{service_name="herd"}'

test('overload: 128 applications send what they have kept, all at once', async () => {
  const trouble = async (site: Site) => {
    const sent = await herd(plainPost(site.httpUrl), 'herd', 128, SECONDS)
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

test('overload-gate: 200 applications do, through the gate of docker-compose.limits.yml', async () => {
  const SENDERS = 200
  const token = (i: number) => `token-of-herd-${i}`
  const gated = await Gated.start(
    Array.from({ length: SENDERS }, (_, i) => `${token(i)} herd-${i}\n`).join(''),
  )
  let peakMemory = 0
  const watch = setInterval(() => {
    void gated.memory('collector').then((used) => (peakMemory = Math.max(peakMemory, used / 2 ** 20)))
  }, 5000)
  try {
    const post = async (body: Buffer, i: number) => (await gated.post({ token: token(i) }, body)).status
    const sent = await herd(post, 'herd', SENDERS, SECONDS)
    const counted = () => gated.value(`sum(${INPUT})`)
    await eventually(async () => {
      if ((await counted()) < sent.tokens) throw new Error('not all counted yet')
    }, 60_000).catch(() => undefined)
    const verdict = {
      ...sent,
      herdTokens: (await counted()) - sent.tokens,
      limited: await gated.value('sum(otelcol_receiver_refused_spans_total)'),
      restarts: await gated.restarts('collector'),
      gateMemory: Math.round((await gated.memory('gate')) / 2 ** 20),
      peakMemory: Math.round(peakMemory),
    }
    await record('overload-gate', verdict)
    expect(verdict).toMatchObject({ other: 0, herdTokens: 0, restarts: 0 })
    expect(verdict.refused).toBeGreaterThan(0)
    expect(verdict.peakMemory).toBeLessThan(512)
  } finally {
    clearInterval(watch)
    await gated.stop()
  }
}, 1_800_000)
