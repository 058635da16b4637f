import { activeAlerts } from '../../services/control/src/alerts.ts'
import type { ActiveAlert } from '../../services/control/src/alerts.ts'

/** A message of Alertmanager, as the inbox lists it. */
export interface Message {
  name: string
  status: 'firing' | 'resolved'
  /** Milliseconds since the epoch. */
  receivedAt: number
  labels: Record<string, string>
  annotations: Record<string, string>
}

interface InboxEntry {
  received_at: string
  status: 'firing' | 'resolved'
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** What Alertmanager delivered since then, oldest first. */
export async function messagesSince(inboxUrl: string, since: number): Promise<Message[]> {
  const response = await fetch(`${inboxUrl}/alerts`, { signal: AbortSignal.timeout(10_000) })
  const entries = (await response.json()) as InboxEntry[]
  return entries
    .map(({ received_at, status, labels, annotations }) => ({
      name: labels['alertname'] ?? '',
      status,
      receivedAt: Date.parse(received_at),
      labels,
      annotations,
    }))
    .filter(({ receivedAt }) => receivedAt >= since)
}

/** Notes what fires that nobody expects, for as long as it is asked. */
export class Watch {
  readonly #prometheus: string
  #expected: ReadonlySet<string> = new Set()
  #began = 0
  readonly #before = new Set<string>()
  readonly #unexpected = new Map<string, string>()
  readonly #late = new Set<string>()

  constructor(prometheusUrl: string) {
    this.#prometheus = prometheusUrl
  }

  /**
   * From now on these may fire, in place of those before. What is active already belongs to those before, until it is
   * over.
   */
  expect(names: readonly string[]): void {
    for (const name of this.#expected) this.#before.add(name)
    this.#expected = new Set(names)
    this.#began = Date.now()
  }

  /** @returns what is pending and firing now */
  async look(): Promise<ActiveAlert[]> {
    const alerts = await activeAlerts(this.#prometheus)
    for (const { name, state, since, summary } of alerts) {
      if (state !== 'firing' || this.#expected.has(name)) continue
      if (!this.#before.has(name)) this.#unexpected.set(name, summary)
      else if (Date.parse(since) >= this.#began) this.#late.add(name)
    }
    return alerts
  }

  /** What fired that was not expected, since this was last asked: names with their texts. */
  unexpected(): string[] {
    const seen = [...this.#unexpected].map(([name, summary]) => `${name} (${summary})`)
    this.#unexpected.clear()
    return seen
  }

  /**
   * What an earlier cause explains, as windows look back, but began after its end: of these it was not shown that the
   * present cause does not set them off. Since this was last asked.
   */
  late(): string[] {
    const seen = [...this.#late]
    this.#late.clear()
    return seen
  }
}
