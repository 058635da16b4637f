/** What the queue is kept on fails: the Collector says so, serves on, and loses nothing that it could keep. */
import { setTimeout as sleep } from 'node:timers/promises'
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
  expect(verdict).toMatchObject({ lost: 0, twice: 0, outOfMemory: false })
  // What was refused was counted all the same, and again when it came again: docs/reliability.md.
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
