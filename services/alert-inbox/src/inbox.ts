import { z } from 'zod'

/**
 * The part of Alertmanager's webhook message that is kept (version 4,
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). What else it has is let through.
 */
export const webhookMessage = z.object({
  version: z.literal('4'),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      startsAt: z.iso.datetime({ offset: true }),
      endsAt: z.iso.datetime({ offset: true }),
      fingerprint: z.string(),
    }),
  ),
})

export type WebhookMessage = z.output<typeof webhookMessage>

/** One alert of one message. Times are ISO 8601. */
export interface Delivery {
  received_at: string
  status: 'firing' | 'resolved'
  /** The same for every message about one set of labels. */
  fingerprint: string
  labels: Record<string, string>
  annotations: Record<string, string>
  starts_at: string
  /** null while it is firing. */
  ends_at: string | null
}

/** The last `capacity` deliveries, in memory. */
export class Inbox {
  readonly #capacity: number
  #deliveries: Delivery[] = []

  constructor(capacity = 1000) {
    this.#capacity = capacity
  }

  /** @returns how many of the oldest deliveries had to go */
  receive(message: WebhookMessage, at = new Date()): number {
    this.#deliveries.push(
      ...message.alerts.map(({ status, fingerprint, labels, annotations, startsAt, endsAt }) => ({
        received_at: at.toISOString(),
        status,
        fingerprint,
        labels,
        annotations,
        starts_at: startsAt,
        // Alertmanager has no null: while an alert fires, its end is the year 1.
        ends_at: status === 'firing' ? null : endsAt,
      })),
    )
    return this.#deliveries.splice(0, this.#deliveries.length - this.#capacity).length
  }

  /** Oldest first. */
  list(): readonly Delivery[] {
    return this.#deliveries
  }

  clear(): void {
    this.#deliveries = []
  }
}
