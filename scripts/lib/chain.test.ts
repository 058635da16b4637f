import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { findTrace, findUsage } from './chain.ts'
import { jaeger, tempo } from './trace-store.ts'

const call = { service: 'chat-api', path: '/chat', body: {}, traceId: '0af7651916cd43dd8448eb211c80319c' }
const servers: Server[] = []

/** A trace store without the trace, a Prometheus whose every query counts as many, one after another. */
async function serve(...counts: number[]): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.includes('/traces/')) response.writeHead(404).end()
    else {
      const count = String(counts.length > 1 ? counts.shift() : counts[0])
      const result = [{ metric: { service_name: 'chat-api' }, value: [0, count], values: [[0, count]] }]
      response.end(JSON.stringify({ status: 'success', data: { result } }))
    }
  })
  return listen(server)
}

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

test('no trace, and the Collector received no span: the service is to blame', async () => {
  const url = await serve(7)
  await expect(findTrace(tempo(url), url, call, 0)).rejects.toThrow('Broken: chat-api → Collector')
})

test.each([tempo, jaeger].map((open) => [open('').name, open] as const))(
  'no trace, but the Collector received spans: its way to %s is broken',
  async (_, open) => {
    const url = await serve(7, 9)
    const store = open(url)
    await expect(findTrace(store, url, call, 0)).rejects.toThrow(`Broken: Collector → ${store.name}`)
  },
)

/** A Prometheus that has of chat-api so many calls and tokens, in and out, of one model. */
async function counted(calls: number, input: number, output: number): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      const promql = new URLSearchParams(body).get('query') ?? ''
      const value = String(
        promql.includes('output') ? output : promql.includes('input_tokens_total') ? input : calls,
      )
      const metric = { service_name: 'chat-api', gen_ai_response_model: 'm' }
      const result = /cost|cache/.test(promql) ? [] : [{ metric, value: [0, value], values: [[0, value]] }]
      response.end(JSON.stringify({ status: 'success', data: { result } }))
    })()
  })
  return listen(server)
}

describe('the usage table', () => {
  const used = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    provider: 'p',
    layer: 'sdk',
    dialect: 'd',
    failed: false,
    service: 'chat-api',
    model: 'm',
    endMs: 0,
    cost: 0,
    standsFor: 1,
  }
  const before = [
    { service: 'chat-api', model: 'm', calls: 3, input: 30, cached: 0, output: 6, cost: 0, p95: 1 },
  ]
  const find = async (...row: [calls: number, input: number, output: number]) =>
    findUsage(
      await counted(...row),
      // Of two calls one failed.
      [
        { ...used, input: 10, output: 2 },
        { ...used, input: 0, output: 0 },
      ],
      before,
      0,
    )

  test('has what was used, beside what was there before', async () => {
    await expect(find(5, 40, 8)).resolves.toMatchObject([{ calls: 5, input: 40, output: 8 }])
  })

  test('is not whole while any of its columns lags behind the others', async () => {
    await expect(find(4, 40, 8)).rejects.toThrow('1 of at least 2 calls of chat-api to m are counted')
    await expect(find(5, 39, 8)).rejects.toThrow('9 of at least 10 input tokens of chat-api to m are counted')
    await expect(find(5, 40, 6)).rejects.toThrow('0 of at least 2 output tokens of chat-api to m are counted')
  })
})
