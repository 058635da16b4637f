/** The disk of the queue is full: the Collector says so, serves on, and loses nothing that it acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drill } from './lib/drill.ts'

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
