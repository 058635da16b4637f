import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createLogger } from '@genai-otel-kit/service-kit'
import { baseline, findScenario } from './scenarios.ts'
import { Steering } from './steering.ts'

/** Something that holds one document under `PUT`, as the simulator and the traffic generator do. */
class Holder {
  held: Record<string, unknown>
  puts: unknown[] = []
  failing = false
  readonly #server: Server

  constructor(held: Record<string, unknown>) {
    this.held = held
    this.#server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        if (this.failing) return response.writeHead(503).end('down')
        if (request.method === 'PUT') {
          const put = JSON.parse(body) as Record<string, unknown>
          this.puts.push(put)
          this.held = { ...this.held, name: put.name }
        }
        response.end(JSON.stringify(this.held))
      })
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

const logger = createLogger('test', { write: () => {} })
const slow = findScenario('slow-model')!
const silent = findScenario('service-silent')!

let simulator: Holder
let traffic: Holder
let steering: Steering
beforeEach(() => {
  simulator = new Holder({ name: null })
  traffic = new Holder({ name: 'baseline', rate_per_minute: 30 })
})
afterEach(() => {
  steering.stop()
  simulator.close()
  traffic.close()
})

async function steer() {
  steering = new Steering(await simulator.listen(), await traffic.listen(), logger)
  steering.start(20)
  return steering
}

async function until(condition: () => boolean) {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 5000) throw new Error('it does not come to that')
    await pause(10)
  }
}

test('an ordinary day needs nothing set', async () => {
  const { state } = await steer()
  expect(state.applied).toBe(false)
  await until(() => steering.state.applied)
  expect(steering.state).toMatchObject({ scenario: baseline, ratePerMinute: 30 })
  expect([...simulator.puts, ...traffic.puts]).toEqual([])
})

test('a scenario is put into both, each in one request, and baseline takes it back', async () => {
  await steer()
  await steering.set(slow)
  expect(steering.state).toMatchObject({ scenario: slow, applied: true, problem: undefined })
  expect(simulator.puts).toEqual([{ name: 'slow-model', ...slow.simulator }])
  expect(traffic.puts).toEqual([{ name: 'slow-model' }])
  await steering.set(baseline)
  expect(simulator.puts.at(-1)).toEqual({ name: 'baseline' })
  expect(traffic.puts.at(-1)).toEqual({ name: 'baseline' })
})

test('what restarts in the middle comes back into it', async () => {
  await steer()
  await steering.set(slow)
  simulator.held = { name: null }
  await until(() => simulator.puts.length === 2)
  traffic.held = { name: 'baseline', rate_per_minute: 30 }
  await until(() => traffic.puts.length === 2)
  expect(traffic.held.name).toBe('slow-model')
})

test('one that is down gets it when it is back; until then it is said to be missing', async () => {
  traffic.failing = true
  await steer()
  await steering.set(silent)
  expect(steering.state).toMatchObject({
    scenario: silent,
    applied: false,
    problem: expect.stringContaining('503 down') as string,
  })
  traffic.failing = false
  await until(() => steering.state.applied)
  expect(traffic.puts).toEqual([{ name: 'service-silent', ...silent.traffic }])
})

test('after a restart of its own it goes on where both are', async () => {
  simulator.held = { name: 'slow-model' }
  traffic.held = { name: 'slow-model', rate_per_minute: 30 }
  await steer()
  await until(() => steering.state.applied)
  expect(steering.state.scenario).toBe(slow)
  expect([...simulator.puts, ...traffic.puts]).toEqual([])
})

test.each([
  ['slow-model', 'baseline'],
  ['by hand', 'by hand'],
])('where it finds %s and %s, it restores the ordinary day', async (behaves, plan) => {
  simulator.held = { name: behaves }
  traffic.held = { name: plan, rate_per_minute: 30 }
  await steer()
  await until(() => steering.state.applied)
  expect(steering.state.scenario).toBe(baseline)
  expect([simulator.held.name, traffic.held.name]).toEqual(['baseline', 'baseline'])
})

test('two at the same time do not mix', async () => {
  await steer()
  await Promise.all([steering.set(slow), steering.set(silent)])
  expect([simulator.held.name, traffic.held.name]).toEqual(['service-silent', 'service-silent'])
  expect(steering.state.scenario).toBe(silent)
})
