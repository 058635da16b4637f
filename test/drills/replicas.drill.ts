/** Several Collectors behind a balancer and two that route (docker-compose.replicas.yml): totals are as exact as one's. */
import { setTimeout as sleep } from 'node:timers/promises'
import { PAIR_TOKENS, PAIRS_PER_SECOND } from './lib/pairs.ts'
import type { Shape } from './lib/shape.ts'
import { killedFor, shapeDrill } from './lib/shape-drill.ts'
import { PERFECT } from './lib/verdict.ts'

const RATE = 200
const ROUTERS = ['route-0', 'route-1']
const BASE = ['prometheus', 'tempo', 'collector', ...ROUTERS, 'balancer']
/** Which Collector has each of the four partitions. */
const routes = (...collectors: string[]) =>
  Object.fromEntries([0, 1, 2, 3].map((i) => [`ROUTE_${i}`, `${collectors[i % collectors.length]}:4317`]))
const overlays = ['docker-compose.replicas.yml']

const two = (name: string, trouble: (shape: Shape) => Promise<void>, patience?: number) =>
  shapeDrill(
    name,
    {
      overlays,
      services: [...BASE, 'collector-1'],
      variables: routes('collector', 'collector-1'),
      rate: RATE,
      ...(patience && { patience }),
    },
    trouble,
  )

test('replicas-scaled: one Collector, two, four, and one again', async () => {
  const options = { overlays, services: BASE, variables: routes('collector'), rate: RATE }
  const verdict = await shapeDrill('replicas-scaled', options, async (shape) => {
    let rollingSeconds = 0
    const roll = async (...collectors: string[]) => {
      const start = Date.now()
      await shape.roll(ROUTERS, routes(...collectors))
      rollingSeconds += (Date.now() - start) / 1000
    }
    await shape.up(['collector-1'])
    await roll('collector', 'collector-1')
    await sleep(10_000)
    await shape.up(['collector-2', 'collector-3'])
    await roll('collector', 'collector-1', 'collector-2', 'collector-3')
    await sleep(15_000)
    await roll('collector')
    // Calls of wrappers wait for as long: docs/reliability.md.
    await sleep(30_000)
    await shape.stopPart('collector-1', 'collector-2', 'collector-3')
    return { rollingSeconds: Math.round(rollingSeconds) }
  })
  expect(verdict).toMatchObject({ ...PERFECT, givenUp: { kit: 0 } })
  expect(Object.keys(verdict.byCollector).sort()).toEqual([
    ...['collector-0', 'collector-1', 'collector-2', 'collector-3'],
  ])
  // While one router has the new routes and the other still the old ones, the two reports of a call may part: it counts twice.
  expect(verdict.pairTokens).toBeGreaterThanOrEqual(0)
  expect(verdict.pairTokens).toBeLessThan((verdict.rollingSeconds * PAIRS_PER_SECOND * PAIR_TOKENS) / 2)
}, 1_200_000)

test('replicas-killed: one of two that count, for ten seconds', async () => {
  const verdict = await two(
    'replicas-killed',
    killedFor('collector-1', 10_000),
    // The counters will not be complete: that is what is measured.
    40_000,
  )
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0 } })
  for (const quantity of Object.values(verdict.counters)) expect(quantity).toBeLessThanOrEqual(0)
  // At most half of what came within the batch and one reading.
  expect(verdict.counters.calls).toBeGreaterThan((-RATE / 2) * (2 + 5 + 1))
}, 1_200_000)

test('replicas-router-killed: one of two that route, for ten seconds', async () => {
  const verdict = await two('replicas-router-killed', killedFor('route-0', 10_000))
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0 } })
  // What it had kept and not answered yet is sent again, to the other: a second of all at most.
  expect(verdict.counters.calls).toBeGreaterThanOrEqual(0)
  expect(verdict.counters.calls).toBeLessThan(RATE)
}, 1_200_000)
