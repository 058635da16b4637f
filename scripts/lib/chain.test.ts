import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findTrace, findUsage } from './chain.ts'

const call = { service: 'chat-api', path: '/chat', body: {}, traceId: '0af7651916cd43dd8448eb211c80319c' }
const servers: Server[] = []

/** A Tempo without the trace, a Prometheus whose every query counts as many, one after another. */
async function serve(...counts: number[]): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.includes('/traces/')) response.writeHead(404).end()
    else {
      const count = String(counts.length > 1 ? counts.shift() : counts[0])
      const result = [{ metric: { service_name: 'chat-api' }, value: [0, count], values: [[0, count]] }]
      response.end(JSON.stringify({ status: 'success', data: { result } }))
    }
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

test('no trace, and the Collector received no span: the service is to blame', async () => {
  const url = await serve(7)
  await expect(findTrace(url, url, call, 0)).rejects.toThrow('Broken: chat-api → Collector')
})

test('no trace, but the Collector received spans: its way to Tempo is broken', async () => {
  const url = await serve(7, 9)
  await expect(findTrace(url, url, call, 0)).rejects.toThrow('Broken: Collector → Tempo')
})

test('calls are counted from what was there before', async () => {
  const before = [
    { service: 'chat-api', model: '', calls: 3, input: 0, cached: 0, output: 0, cost: 0, p95: 1 },
  ]
  const counted = (count: number) => serve(count).then((url) => findUsage(url, [call], before, 0))
  await expect(counted(3)).rejects.toThrow('Broken: Collector → Prometheus')
  await expect(counted(4)).resolves.toMatchObject([{ service: 'chat-api', calls: 4 }])
})
