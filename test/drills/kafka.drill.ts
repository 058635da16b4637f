/** Kafka between receiving and counting (docker-compose.kafka.yml): what is counted again, or not at all, when a part of it fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from './lib/load.ts'
import type { Shape } from './lib/shape.ts'
import { killedFor, shapeDrill } from './lib/shape-drill.ts'
import { PERFECT } from './lib/verdict.ts'

const RATE = 200
const COLLECTORS = ['collector', 'collector-1']

const drill = <T extends object | void>(
  name: string,
  trouble: (shape: Shape, load: Load) => Promise<T>,
  patience?: number,
) =>
  shapeDrill(
    name,
    {
      overlays: ['docker-compose.replicas.yml', 'docker-compose.kafka.yml'],
      services: ['prometheus', 'tempo', 'kafka', ...COLLECTORS, 'route-0', 'route-1', 'balancer'],
      rate: RATE,
      ...(patience && { patience }),
    },
    trouble,
  )

test('kafka-broker-killed: the only broker, for twenty seconds', async () => {
  const verdict = await drill('kafka-broker-killed', async (shape) => {
    await killedFor('kafka', 20_000)(shape)
    // Until its clients have found it again.
    await sleep(20_000)
  })
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0 } })
  // What it had written and not answered yet is written again: a second of all at most.
  expect(verdict.counters.calls).toBeGreaterThanOrEqual(0)
  expect(verdict.counters.calls).toBeLessThan(RATE)
}, 1_200_000)

test('kafka-consumer-killed: one of two that count, for ten seconds', async () => {
  const verdict = await drill(
    'kafka-consumer-killed',
    async (shape) => {
      await killedFor('collector-1', 10_000)(shape)
      await sleep(10_000)
    },
    // The counters will not be complete: that is what is measured.
    60_000,
  )
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0 } })
  // What was not yet committed is read again. Short by at most half of what came within the batch and one reading.
  expect(verdict.counters.calls).toBeLessThan(RATE / 2)
  expect(verdict.counters.calls).toBeGreaterThan((-RATE / 2) * (2 + 5 + 1))
}, 1_200_000)

test('kafka-rebalance: a third that counts comes, and goes', async () => {
  const verdict = await drill('kafka-rebalance', async (shape) => {
    await shape.up(['collector-2'])
    await sleep(20_000)
    await shape.stopPart('collector-2')
    // Its partitions wait for the session's timeout.
    await sleep(25_000)
  })
  const { input, output, cost } = PERFECT.counters
  expect(verdict).toMatchObject({
    lost: 0,
    givenUp: { kit: 0 },
    counters: { input, output, cost },
  })
  expect(Object.keys(verdict.byCollector).sort()).toEqual(['collector-0', 'collector-1', 'collector-2'])
}, 1_200_000)

test('kafka-lag: nobody counts for a minute', async () => {
  const verdict = await drill('kafka-lag', async (shape) => {
    await shape.stopPart(...COLLECTORS)
    await sleep(60_000)
    await shape.up(COLLECTORS)
    await sleep(20_000)
  })
  const { input, output, cost } = PERFECT.counters
  // Applications notice nothing: not one SDK gives up, with its own settings neither.
  expect(verdict).toMatchObject({
    lost: 0,
    givenUp: { kit: 0, stock: 0 },
    counters: { input, output, cost },
  })
}, 1_200_000)
