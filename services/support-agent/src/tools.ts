import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod'
import { z } from 'zod'
import type { OrdersClient } from './orders-client.ts'

const orderId = z.string().describe('The id of the order: A- and four digits')

/** What the agent can do. */
export function supportTools(orders: OrdersClient) {
  return [
    betaZodTool({
      name: 'look_up_order',
      description: 'Looks up an order: its status, items and total in cents.',
      inputSchema: z.object({ order_id: orderId }),
      run: ({ order_id }, context) => orders.lookUp(order_id, context?.signal),
    }),
    betaZodTool({
      name: 'refund_order',
      description: 'Refunds an order in full. Only when the customer asked for the money back.',
      inputSchema: z.object({ order_id: orderId, reason: z.string().max(500).optional() }),
      run: ({ order_id, reason }, context) => orders.refund(order_id, reason, context?.signal),
    }),
  ]
}
