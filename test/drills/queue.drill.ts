/** What the queue is kept on fails: the Collector says so, serves on, and loses nothing that it could keep. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { drill, stopDrained } from './lib/drill.ts'
import { PERFECT } from './lib/verdict.ts'

test('queue-disk-full', async () => {
  const verdict = await drill(
    'queue-disk-full',
    async (site) => {
      await site.stopPart('tempo')
      // Until nothing more fits, and a while longer.
      await sleep(60_000)
      const refused = await site.collectorMetric('otelcol_receiver_refused_spans_total')
      const notQueued = await site.collectorMetric('otelcol_exporter_enqueue_failed_spans_total')
      const said = (await site.logs('collector')).match(/no space left on device|Rejecting data/)?.[0]
      await site.answers('collector')
      await site.startPart('tempo')
      expect(refused).toBeGreaterThan(0)
      expect(notQueued).toBeGreaterThan(0)
      expect(said).toBeDefined()
      return { refused, notQueued, said }
    },
    { queueDisk: '2m' },
  )
  expect(verdict).toMatchObject({ lost: 0, outOfMemory: false })
  // What was refused was counted all the same, and again when it came again; a part of it may be stored twice: docs/reliability.md.
  expect(verdict.counters.calls).toBeGreaterThanOrEqual(0)
}, 1_800_000)

// Its files are open: it serves on. Only a start needs them to be writable.
test('queue-read-only', async () => {
  const verdict = await drill('queue-read-only', async (site, load) => {
    await site.stopPart('tempo')
    await site.onQueue('chmod', '-R', 'a-w', '/queue')
    await sleep(20_000)
    const refused = await site.collectorMetric('otelcol_receiver_refused_spans_total')
    await site.answers('collector')
    await stopDrained(site, load)
    load.resume()
    const said = /[^"]*permission denied/.exec(await site.startInVain('collector'))?.[0]
    // Applications try again meanwhile.
    await site.onQueue('chmod', '-R', 'a+rwX', '/queue')
    await site.startPart('collector')
    await site.startPart('tempo')
    expect(refused).toBe(0)
    expect(said).toBeDefined()
    return { refused, said }
  })
  expect(verdict).toMatchObject({ ...PERFECT, givenUp: { kit: 0 } })
}, 1_800_000)

// As after a loss of power: `recreate` of file_storage does not get over it, the guard beside it does.
test('queue-damaged', async () => {
  const verdict = await drill(
    'queue-damaged',
    async (site, load) => {
      await site.stopPart('tempo')
      await sleep(10_000)
      load.pause()
      await sleep(10_000)
      const accepted = await site.collectorMetric('otelcol_receiver_accepted_spans_total')
      const waited = accepted - (await site.collectorMetric('otelcol_exporter_sent_spans_total'))
      await site.stopPart('collector')
      const heads = ['if=/dev/zero', 'of=/queue/exporter_otlp_grpc_tempo_traces', 'bs=4096', 'count=2']
      await site.onQueue('dd', ...heads, 'conv=notrunc')
      load.resume()
      const start = Date.now()
      await site.startPart('collector')
      const secondsAway = Math.round((Date.now() - start) / 1000)
      await site.startPart('tempo')
      const setAside = await eventually(async () => {
        const [sample] = await query(site.prometheusUrl, 'otelcol_queue_set_aside_files')
        return sample!.value
      })
      return { waited, secondsAway, setAside }
    },
    // Not all will be there: that is what is measured.
    { guarded: true, patience: 30_000 },
  )
  // What has waited in the file, at most (Tempo may have some of it, whose answer was lost when it stopped), and nothing that came
  // before or since; and all of it is counted.
  expect(verdict).toMatchObject({ ...PERFECT, lost: expect.any(Number) as number, givenUp: { kit: 0 } })
  expect(verdict.lost).toBeGreaterThan(0)
  expect(verdict.lost).toBeLessThanOrEqual(verdict.waited)
  expect(verdict.setAside).toBe(1)
}, 1_800_000)
