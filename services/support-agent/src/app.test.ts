import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import { createSimulator } from '@genai-otel-kit/llm-simulator'
import type { Simulator } from '@genai-otel-kit/llm-simulator'
import { createLogger, listen } from '@genai-otel-kit/service-kit'
import type { RunningServer } from '@genai-otel-kit/service-kit'
import { createSupportAgent } from './app.ts'
import { OrdersClient } from './orders-client.ts'

const logger = createLogger('support-agent')
logger.level = 'silent'
let simulator: Simulator
let orders: Server
let answerOrder: (response: ServerResponse) => void
let asked: string[]
let running: RunningServer

beforeAll(async () => {
  simulator = await createSimulator()
  await steer('PATCH', '/behavior', {
    latency_seconds: 0,
    time_to_first_token_seconds: 0,
    tokens_per_second: null,
  })
  orders = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answerOrder(response)
  })
  await new Promise<void>((resolve) => orders.listen(0, '127.0.0.1', resolve))
  const anthropic = new Anthropic({ apiKey: 'test', baseURL: simulator.url, maxRetries: 0 })
  const client = new OrdersClient(`http://127.0.0.1:${(orders.address() as AddressInfo).port}/`, 200)
  running = await listen(createSupportAgent(anthropic, client, logger), {
    logger,
    port: 0,
    host: '127.0.0.1',
  })
})
afterAll(async () => {
  await running.stop()
  await simulator.close()
  orders.closeAllConnections()
  orders.close()
})
beforeEach(() => {
  asked = []
  answerOrder = (response) => response.end('{"status":"shipped"}')
})

const send = (method: string, url: string, body: unknown) =>
  fetch(url, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const ask = (body: unknown) => send('POST', `http://127.0.0.1:${running.port}/support`, body)
const steer = (method: string, path: string, body: unknown) => send(method, simulator.url + path, body)

test('looks the order up, then answers', async () => {
  const response = await ask({ question: 'Where is my order?', order_id: 'A-1002', conversation_id: 'c-1' })
  expect(response.status).toBe(200)
  const ledger = simulator.state.ledger.page().entries
  expect(await response.json()).toEqual({
    reply: expect.stringMatching(/\w/) as string,
    steps: 2,
    tools: ['look_up_order'],
    usage: {
      input_tokens: sum(ledger, 'input_tokens'),
      output_tokens: sum(ledger, 'output_tokens'),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
    conversation_id: 'c-1',
  })
  expect(asked).toEqual(['GET /orders/A-1002'])
})

const sum = (entries: { usage?: unknown }[], kind: string) =>
  entries.reduce((total, { usage }) => total + ((usage as Record<string, number>)[kind] ?? 0), 0)

test('refunds when asked to', async () => {
  await ask({ question: 'Please refund A-1000, it arrived broken' })
  expect(asked).toEqual(['POST /orders/A-1000/refund'])
})

test.each([
  ['does not know the order', (response: ServerResponse) => response.writeHead(404).end('{}')],
  ['is broken', (response: ServerResponse) => response.writeHead(500).end()],
  ['does not answer', () => {}],
])('answers all the same when orders %s', async (_what, answer) => {
  answerOrder = answer
  const response = await ask({ question: 'Where is my order A-9999?' })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ steps: 2, tools: ['look_up_order'] })
})

test('an agent that comes to no end is stopped', async () => {
  await steer('PATCH', '/behavior', { tool_rounds: 100 })
  const response = await ask({ question: 'Where is my order A-1002?' })
  await steer('PATCH', '/behavior', { tool_rounds: 1 })
  expect(await response.json()).toMatchObject({ steps: 25 })
})

test("the model API's errors, and bad requests", async () => {
  await steer('POST', '/faults', { times: 1, status: 529 })
  expect((await ask({ question: 'hi' })).status).toBe(503)
  expect((await ask({ question: '' })).status).toBe(400)
  expect((await ask({ question: 'hi', order_id: '../admin' })).status).toBe(400)
})
