/** An agent in front of the Collector (docker-compose.agent.yml): what each loses when it is killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { killedFor, shapeDrill } from './lib/shape-drill.ts'
import { PERFECT } from './lib/verdict.ts'

const RATE = 100
const options = {
  overlays: ['docker-compose.agent.yml'],
  services: ['prometheus', 'tempo', 'collector', 'agent'],
  entry: 'AGENT',
  rate: RATE,
} as const

test('agent-killed: the agent, for ten seconds', async () => {
  const verdict = await shapeDrill('agent-killed', options, killedFor('agent', 10_000))
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0 } })
  // What it had kept or passed on, and not answered yet, comes again: a second of all at most.
  expect(verdict.counters.calls).toBeGreaterThanOrEqual(0)
  expect(verdict.counters.calls).toBeLessThan(RATE)
}, 1_200_000)

test('agent-gateway-killed: the gateway, for twenty seconds', async () => {
  const verdict = await shapeDrill(
    'agent-gateway-killed',
    // The counters will not be complete: that is what is measured.
    { ...options, patience: 40_000 },
    killedFor('collector', 20_000),
  )
  // Applications notice nothing: not one SDK gives up, with its own settings neither.
  expect(verdict).toMatchObject({ lost: 0, givenUp: { kit: 0, stock: 0 } })
  for (const quantity of Object.values(verdict.counters)) expect(quantity).toBeLessThanOrEqual(0)
  expect(verdict.counters.calls).toBeGreaterThan(-RATE * (2 + 5 + 1))
}, 1_200_000)

test('agent-gateway-stopped: the gateway, gracefully, for twenty seconds', async () => {
  const verdict = await shapeDrill(
    'agent-gateway-stopped',
    { ...options, patience: 40_000 },
    async (shape) => {
      await shape.stopPart('collector')
      await sleep(20_000)
      await shape.startPart('collector')
    },
  )
  const { input, output, cost } = PERFECT.counters
  expect(verdict).toMatchObject({
    lost: 0,
    givenUp: { kit: 0, stock: 0 },
    counters: { input, output, cost },
  })
}, 1_200_000)
