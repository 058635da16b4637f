/** A backend is away, and comes back: nothing is lost, and nothing is counted twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drill, OUTAGE } from './lib/drill.ts'
import { PERFECT } from './lib/verdict.ts'

const timeout = OUTAGE + 1_500_000

test(
  'tempo-stopped',
  async () => {
    const verdict = await drill('tempo-stopped', async (site) => {
      await site.stopPart('tempo')
      await sleep(OUTAGE)
      await site.startPart('tempo')
    })
    expect(verdict).toMatchObject({ ...PERFECT, outOfMemory: false })
  },
  timeout,
)

test(
  'prometheus-stopped',
  async () => {
    const verdict = await drill('prometheus-stopped', async (site) => {
      await site.stopPart('prometheus')
      await sleep(OUTAGE)
      await site.startPart('prometheus')
    })
    expect(verdict).toMatchObject({ ...PERFECT, outOfMemory: false })
  },
  timeout,
)

// In which order they come back makes no difference.
test.each([
  ['prometheus', 'tempo'],
  ['tempo', 'prometheus'],
] as const)(
  'both-stopped: %s back first',
  async (first, second) => {
    const verdict = await drill(`both-stopped, ${first} first`, async (site) => {
      await Promise.all([site.stopPart('tempo'), site.stopPart('prometheus')])
      await sleep(OUTAGE)
      await site.startPart(first)
      await sleep(10_000)
      await site.startPart(second)
    })
    expect(verdict).toMatchObject({ ...PERFECT, outOfMemory: false })
  },
  timeout,
)

test(
  'network-cut',
  async () => {
    const verdict = await drill('network-cut', async (site) => {
      await Promise.all([site.disconnect('tempo'), site.disconnect('prometheus')])
      await sleep(OUTAGE)
      await site.reconnect('tempo')
      await site.reconnect('prometheus')
    })
    expect(verdict).toMatchObject({ ...PERFECT, outOfMemory: false })
  },
  timeout,
)

test('prometheus-killed', async () => {
  const verdict = await drill('prometheus-killed', async (site) => {
    for (let i = 0; i < 5; i++) {
      await site.killPart('prometheus')
      await sleep(3000)
      await site.startPart('prometheus')
      await sleep(5000 + Math.random() * 15_000)
    }
  })
  expect(verdict).toMatchObject(PERFECT)
}, 1_800_000)
