/** Amounts are in cents. */
export interface Order {
  id: string
  status: 'processing' | 'shipped' | 'delivered'
  ordered_at: string
  items: { name: string; quantity: number; unit_price: number }[]
  total: number
  currency: 'EUR'
}

export interface Refund {
  id: string
  order_id: string
  amount: number
  currency: 'EUR'
  reason: string
  refunded_at: string
}

const catalog = [
  { name: 'Desk lamp', unit_price: 3990 },
  { name: 'Wool blanket', unit_price: 5900 },
  { name: 'Tea kettle', unit_price: 4450 },
  { name: 'Notebook, dotted', unit_price: 890 },
  { name: 'Garden shears', unit_price: 2799 },
] as const
const statuses = ['delivered', 'delivered', 'shipped', 'processing'] as const

/** The orders A-1000 to A-1999: always the same, made from their number. Refunds are kept in memory. */
export class OrderBook {
  readonly #refunds = new Map<string, Refund>()

  /** @returns undefined when there is no such order */
  find(id: string): Order | undefined {
    const number = Number(/^A-(1\d{3})$/.exec(id)?.[1])
    if (!number) return undefined
    const items = catalog
      .slice(number % 3, (number % 3) + 1 + (number % 2))
      .map((item, index) => ({ ...item, quantity: 1 + ((number >> index) % 2) }))
    return {
      id,
      status: statuses[number % statuses.length] ?? 'delivered',
      ordered_at: new Date(Date.UTC(2026, 0, 1 + (number % 300))).toISOString(),
      items,
      total: items.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0),
      currency: 'EUR',
    }
  }

  /** Refunds an order in full, once: asked again, it gives the same refund. */
  refund(order: Order, reason: string): Refund {
    const existing = this.#refunds.get(order.id)
    if (existing) return existing
    const refund: Refund = {
      id: order.id.replace('A-', 'R-'),
      order_id: order.id,
      amount: order.total,
      currency: order.currency,
      reason,
      refunded_at: new Date().toISOString(),
    }
    this.#refunds.set(order.id, refund)
    return refund
  }
}
