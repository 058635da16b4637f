/** The Collector is killed: what it has acknowledged is in Tempo, and nothing is counted twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drill } from './lib/drill.ts'

/** DRILL_KILLS, 20 by default. */
const KILLS = Number(process.env['DRILL_KILLS'] || 20)

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
    { patience: 60_000 },
  )
  expect(verdict.lost).toBe(0)
  // Never twice; and at most what came within the batch and one reading of the counters, each time.
  expect(verdict.counters.calls).toBeLessThanOrEqual(0)
  expect(verdict.counters.input).toBeLessThanOrEqual(0)
  const perKill = 100 * (2 + 15 + 5)
  expect(verdict.counters.calls).toBeGreaterThan(-KILLS * perKill)
}, 1_800_000)
