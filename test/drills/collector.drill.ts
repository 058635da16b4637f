/** The Collector stops, or is killed: what it has acknowledged is in Tempo, and nothing is counted twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drill, stopDrained } from './lib/drill.ts'
import { PERFECT } from './lib/verdict.ts'

/** DRILL_KILLS, 20 by default. */
const KILLS = Number(process.env['DRILL_KILLS'] || 20)
const RESTARTS = 5
/** Spans per second: more than there are calls. */
const RATE = 100

test('collector-killed: at random moments', async () => {
  const verdict = await drill(
    'collector-killed',
    async (site) => {
      for (let i = 0; i < KILLS; i++) {
        await site.killPart('collector')
        await site.startPart('collector')
        await sleep(5000 + Math.random() * 15_000)
      }
      return { kills: KILLS }
    },
    // The counters will not be complete: that is what is measured.
    { patience: 30_000 },
  )
  expect(verdict).toMatchObject({ lost: 0 })
  // Never over; and at most what came within the batch and one reading of the counters, or one flush, each time; and what
  // SDKs sent at once after its last start.
  for (const quantity of Object.values(verdict.counters)) expect(quantity).toBeLessThanOrEqual(0)
  const perKill = RATE * (2 + 5 + 5)
  expect(verdict.counters.calls).toBeGreaterThan(-KILLS * perKill)
}, 1_800_000)

test('collector-restarted: gracefully', async () => {
  const verdict = await drill(
    'collector-restarted',
    async (site) => {
      for (let i = 0; i < RESTARTS; i++) {
        await site.stopPart('collector')
        await site.startPart('collector')
        await sleep(5000 + Math.random() * 15_000)
      }
      return { restarts: RESTARTS }
    },
    { patience: 30_000 },
  )
  const { input, output, cost } = PERFECT.counters
  expect(verdict).toMatchObject({ lost: 0, twice: 0, counters: { input, output, cost } })
  // span_metrics does not flush when it stops: docs/reliability.md.
  expect(verdict.counters.calls).toBeLessThanOrEqual(0)
  expect(verdict.counters.calls).toBeGreaterThan(-RESTARTS * RATE * (2 + 5))
}, 1_800_000)

test('collector-drained: gracefully, ten seconds after the last request', async () => {
  const verdict = await drill('collector-drained', async (site, load) => {
    for (let i = 0; i < RESTARTS; i++) {
      await stopDrained(site, load)
      await site.startPart('collector')
      load.resume()
      await sleep(5000 + Math.random() * 15_000)
    }
    return { restarts: RESTARTS }
  })
  expect(verdict).toMatchObject(PERFECT)
}, 1_800_000)
