import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { calls } from './calls.ts'
import { kinds, ordinary } from './plan.ts'
import { makeCall } from './make-call.ts'
import { readSettings } from './settings.ts'
import { Traffic } from './traffic.ts'

let server: Server
let url: string
let asked: number
let answer: RequestListener
beforeAll(async () => {
  server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked = 0
  answer = (_request, response) => response.end('{}')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const zero = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]))

function traffic(env: Record<string, string>) {
  const traffic = new Traffic(
    readSettings({ CHAT_API_URL: url, SUPPORT_AGENT_URL: url, SUMMARIZER_URL: url, ...env }),
  )
  traffic.start()
  return traffic
}

test('makes calls at its rate, and none once stopped', async () => {
  const running = traffic({ TRAFFIC_RATE_PER_MINUTE: '6000' })
  await pause(1000)
  await running.stop()
  expect(asked).toBeGreaterThan(50)
  expect(asked).toBeLessThan(150)
  expect(running.takeCounts()).toEqual({ ok: asked })
  const atStop = asked
  await pause(50)
  expect(asked).toBe(atStop)
})

test('a plan changes the rate at once, also from 0 and back, and the calls', async () => {
  const running = traffic({ TRAFFIC_RATE_PER_MINUTE: '1200' })
  running.plan = { ...ordinary, name: 'quiet', rate: 0 }
  expect(running.ratePerMinute).toBe(0)
  await pause(200)
  const asWas = asked
  expect(asWas).toBeLessThan(3)
  const paths: (string | undefined)[] = []
  answer = (request, response) => {
    paths.push(request.url)
    response.end('{}')
  }
  const only = { ...ordinary.kinds, ...zero, embed: 1 }
  running.plan = { ...ordinary, name: 'busy', rate: 5, kinds: only }
  expect(running.ratePerMinute).toBe(6000)
  await pause(500)
  expect(new Set(paths)).toEqual(new Set(['/embed']))
  expect(paths.length).toBeGreaterThan(15)
  await running.stop()
  running.plan = ordinary
  const atStop = asked
  await pause(100)
  expect(asked).toBe(atStop)
})

test('tells what was answered, and nothing of what failed', async () => {
  const answers: string[] = []
  const settings = readSettings({ CHAT_API_URL: url, TRAFFIC_RATE_PER_MINUTE: '6000' })
  const running = new Traffic(settings, (call, answer) => answers.push(`${call.kind} ${answer}`))
  running.plan = { ...ordinary, kinds: { ...zero, chat: 1 } }
  running.start()
  await pause(200)
  answer = (_request, response) => response.writeHead(500).end('no')
  await pause(100)
  await running.stop()
  expect(new Set(answers)).toEqual(new Set(['chat {}']))
  expect(answers.length).toBeLessThan(asked)
})

test('a rate of 0 is none', async () => {
  const running = traffic({ TRAFFIC_RATE_PER_MINUTE: '0' })
  await pause(50)
  await running.stop()
  expect(asked).toBe(0)
})

test('ends by itself', async () => {
  const running = traffic({ TRAFFIC_RATE_PER_MINUTE: '6000', TRAFFIC_DURATION_MINUTES: '0.002' })
  await pause(300)
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(40)
  await running.stop()
})

test('never more under way than allowed; stopping cuts what does not end', async () => {
  answer = () => {}
  const running = traffic({ TRAFFIC_RATE_PER_MINUTE: '60000', TRAFFIC_MAX_IN_FLIGHT: '3' })
  await pause(300)
  expect(running.inFlight).toBeLessThanOrEqual(3)
  await running.stop(0.05)
  const counts = running.takeCounts()
  expect(counts.skipped).toBeGreaterThan(10)
  expect(counts.stopped).toBeGreaterThan(0)
})

const call = calls(1).next().value
const never = new AbortController().signal
const make = (change = {}) => makeCall(url, { ...call, ...change }, never, 200)

test.each([
  ['ok', (_request, response) => response.end('{}')],
  ['limited', (_request, response) => response.writeHead(429).end()],
  ['failed', (_request, response) => response.writeHead(503).end()],
  ['failed', (_request, response) => response.end('event: error\ndata: {}\n\n')],
  ['unreachable', (_request, response) => response.destroy()],
  ['unreachable', () => {}],
] satisfies [string, RequestListener][])('the outcome is %s', async (outcome, how) => {
  answer = how
  expect(await make()).toMatchObject({ outcome })
})

test('leaves when it is meant to', async () => {
  answer = (_request, response) => response.write('event: delta\n')
  expect(await make({ leaveAfterMillis: 20 })).toEqual({ outcome: 'left' })
})
