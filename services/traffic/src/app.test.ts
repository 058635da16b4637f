import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createLogger } from '@genai-otel-kit/service-kit'
import { trafficApp } from './app.ts'
import { Bursts } from './bursts.ts'
import { sendSecondSpan } from './second-span.ts'
import { readSettings } from './settings.ts'
import { Traffic } from './traffic.ts'

const servers: Server[] = []
const open = (server: Server) =>
  new Promise<string>((resolve) => {
    servers.push(server)
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** The bodies that an OTLP receiver got, whole. */
const received: string[] = []
/** The bytes of requests that are under way, or were given up. */
const unfinished = new Map<IncomingMessage, number>()
let givenUp = 0
let status = 200
let receiver: string
let url: string
let bursts: Bursts
beforeAll(async () => {
  receiver = await open(
    createServer((request, response) => {
      const chunks: Buffer[] = []
      unfinished.set(request, 0)
      request.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        unfinished.set(request, unfinished.get(request)! + chunk.length)
      })
      request.on('error', () => givenUp++)
      request.on('end', () => {
        unfinished.delete(request)
        received.push(`${request.url} ${Buffer.concat(chunks).toString()}`)
        response.writeHead(status).end('{}')
      })
    }),
  )
  bursts = new Bursts(receiver, 'test', { uploadBytes: 100_000, uploads: 20, gapMillis: 20 })
  const traffic = new Traffic(readSettings({ TRAFFIC_RATE_PER_MINUTE: '30' }))
  url = await open(createServer(trafficApp(traffic, bursts, createLogger('test', { write: () => {} }))))
})
beforeEach(() => {
  received.length = 0
  status = 200
})

async function plan(body?: unknown) {
  const response = await fetch(`${url}/plan`, {
    ...(body !== undefined && {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a plan takes the place of all of the one before', async () => {
  expect((await plan()).body).toMatchObject({ name: 'baseline', rate: 1, rate_per_minute: 30 })
  const busy = { name: 'busy', rate: 2, kinds: { embed: 0 }, chat_model: 'claude-opus-5' }
  expect(await plan(busy)).toMatchObject({ status: 200, body: { ...busy, rate_per_minute: 60 } })
  await plan({ name: 'baseline' })
  const { body } = await plan()
  expect(body).toMatchObject({ name: 'baseline', kinds: {}, rate_per_minute: 30 })
  expect(body).not.toHaveProperty('chat_model')
})

test('what is not valid is a problem and changes nothing', async () => {
  for (const broken of [
    {},
    { name: 'x', typo: 1 },
    { name: 'x', kinds: { tea: 1 } },
    { name: 'x', rate: -1 },
  ]) {
    expect((await plan(broken)).status).toBe(400)
  }
  expect((await plan()).body.name).toBe('baseline')
})

test('bursts: uploads that do not end pile up until spans are refused, and are given up', async () => {
  await plan({ name: 'pressure', bursts: true })
  while (received.length < 3) await pause(5)
  const before = [...unfinished.values()]
  expect(before.length).toBeGreaterThanOrEqual(3)
  expect(before[0]).toBe(100_000)
  expect(received[0]).toMatch(/^\/v1\/traces .*image-importer/)

  status = 503
  const soon = received.length
  while (received.length < soon + 3) await pause(5)
  const enough = unfinished.size
  while (received.length < soon + 6) await pause(5)
  expect(unfinished.size).toBe(enough)
  expect(givenUp).toBe(0)
  while (givenUp < enough) await pause(20)

  await plan({ name: 'baseline' })
  const count = received.length
  await pause(200)
  expect(received.length).toBe(count)
})

test('the second span of a call: the same answer and tokens, another scope and trace', async () => {
  const usage = { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 0 }
  await sendSecondSpan(
    receiver,
    'test',
    JSON.stringify({ response_id: 'msg_1', trace_id: 'a'.repeat(32), model: 'claude-x', usage, reply: 'hi' }),
  )
  const [body] = received
  expect(body).toContain('"name":"opentelemetry.instrumentation.anthropic"')
  expect(body).toContain('{"key":"gen_ai.response.id","value":{"stringValue":"msg_1"}}')
  expect(body).not.toContain('a'.repeat(32))
  expect(body).toContain('{"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}}')
  expect(body).toContain('{"key":"gen_ai.usage.output_tokens","value":{"intValue":"34"}}')
  status = 500
  await expect(
    sendSecondSpan(receiver, 'test', JSON.stringify({ response_id: 'msg_1', model: 'm', usage })),
  ).rejects.toThrow('500')
  await expect(sendSecondSpan(receiver, 'test', '{}')).rejects.toThrow()
})
