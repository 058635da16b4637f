import { createLogger, listen } from '@genai-otel-kit/service-kit'
import type { RunningServer } from '@genai-otel-kit/service-kit'
import { createOrders } from './app.ts'

const logger = createLogger('orders')
logger.level = 'silent'
let running: RunningServer
let url: string
beforeAll(async () => {
  running = await listen(createOrders(logger), { logger, port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${running.port}`
})
afterAll(() => running.stop())

async function ask(path: string, body?: unknown) {
  const response = await fetch(url + path, {
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('an order is always the same, and adds up', async () => {
  const { status, body } = await ask('/orders/A-1001')
  expect(status).toBe(200)
  expect(body).toEqual((await ask('/orders/A-1001')).body)
  const items = body.items as { quantity: number; unit_price: number }[]
  expect(body.total).toBe(items.reduce((sum, item) => sum + item.quantity * item.unit_price, 0))
})

test.each(['A-999', 'A-2000', 'A-10010', 'a-1001', 'x%20y'])('there is no order %s', async (id) => {
  expect(await ask(`/orders/${id}`)).toMatchObject({ status: 404, body: { title: 'No Such Order' } })
  expect((await ask(`/orders/${id}/refund`, {})).status).toBe(404)
})

test('a refund is given once', async () => {
  const first = await ask('/orders/A-1000/refund', { reason: 'broken' })
  expect(first).toMatchObject({ status: 200, body: { order_id: 'A-1000', reason: 'broken' } })
  expect(first.body.amount).toBe((await ask('/orders/A-1000')).body.total)
  expect(await ask('/orders/A-1000/refund', { reason: 'again' })).toEqual(first)
})

test('an order in processing is not refunded, nor one on a bad request', async () => {
  expect((await ask('/orders/A-1003')).body.status).toBe('processing')
  expect((await ask('/orders/A-1003/refund', {})).status).toBe(409)
  expect(await ask('/orders/A-1000/refund', { reason: 7 })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '#/reason' }] },
  })
})
