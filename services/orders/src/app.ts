import { createApp, HttpProblem, parseBody } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import type { Express } from 'express'
import { z } from 'zod'
import { OrderBook } from './order-book.ts'
import type { Order } from './order-book.ts'

const refundRequest = z.strictObject({ reason: z.string().min(1).max(500).default('not given') })

/**
 * - `GET /orders/:id`: the order; 404 when there is none
 * - `POST /orders/:id/refund` `{reason?}`: the refund, the same one however often it is asked for; 409 while the
 *   order is being processed
 */
export function createOrders(logger: Logger): Express {
  const book = new OrderBook()
  const find = (id: string): Order => {
    const order = book.find(id)
    if (!order)
      throw new HttpProblem(404, { title: 'No Such Order', detail: 'There is no order of that id.' })
    return order
  }
  return createApp({
    logger,
    bodyLimit: 10_000,
    routes: (app) => {
      app.get('/orders/:id', (request, response) => {
        response.json(find(request.params.id))
      })
      app.post('/orders/:id/refund', (request, response) => {
        const { reason } = parseBody(refundRequest, request)
        const order = find(request.params.id)
        if (order.status === 'processing')
          throw new HttpProblem(409, {
            title: 'Not Refundable Yet',
            detail: 'The order is still being processed: cancel it instead.',
          })
        response.json(book.refund(order, reason))
      })
    },
  })
}
