import type { Provider } from './models.ts'

/** One HTTP request to a simulated API and how it was answered: the oracle of the tests. */
export interface LedgerEntry {
  /** Ascending in the order in which answers ended. */
  id: number
  /** When the request came, ISO 8601. */
  time: string
  provider: Provider
  /** The path. */
  endpoint: string
  /** null when the request named none. */
  request_model: string | null
  /** As the answer named it; null when it named none. */
  model: string | null
  /** null when the connection ended before there was an answer. */
  status: number | null
  stream: boolean
  request_id: string
  response_id: string | null
  /**
   * What the call is billed for, in the API's own form. For a whole answer that is what the answer said. For
   * one that the client left (`aborted`) or that was cut, it is the whole input and the output generated until
   * then, as the real APIs bill it; the client was never told. null when nothing is billed: errors, count_tokens.
   */
  usage: object | null
  /** The last usage that was on its way to the client: differs from `usage` when the answer did not end. */
  usage_sent: object | null
  stop_reason: string | null
  error_type: string | null
  /** The client was gone before the answer had ended. */
  aborted: boolean
  /** The SDKs' `x-stainless-retry-count`; 0 when absent. */
  retry_count: number
  traceparent: string | null
  /** The id, as the provider's reports name it, of the key that the request came with; null without one. */
  api_key_id: string | null
  /** Answered as part of a batch: by no request that a client waited for. */
  batch: boolean
}

/** Of a call that was answered, and of whose request nothing is known. */
export const REQUEST_UNKNOWN = {
  status: 200,
  stream: false,
  request_id: '',
  response_id: null,
  usage_sent: null,
  stop_reason: null,
  error_type: null,
  aborted: false,
  retry_count: 0,
  traceparent: null,
} satisfies Partial<LedgerEntry>

export interface LedgerPage {
  entries: LedgerEntry[]
  /** How many entries have been pushed out of memory since the last clear. */
  dropped: number
  /** The newest entry's id; pass it as `since` to get only what came later. */
  last_id: number
  /** Requests that are being answered now and so have no entry yet. */
  in_flight: number
}

/** The newest entries, up to `capacity`. */
export class Ledger {
  inFlight = 0
  private entries: LedgerEntry[] = []
  private dropped = 0
  private lastId = 0
  private readonly capacity: number

  constructor(capacity = 100_000) {
    this.capacity = capacity
  }

  add(entry: Omit<LedgerEntry, 'id'>): void {
    this.entries.push({ id: ++this.lastId, ...entry })
    // In slices, because taking one off the front of a long array copies it.
    if (this.entries.length >= this.capacity * 1.1) {
      const surplus = this.entries.length - this.capacity
      this.entries = this.entries.slice(surplus)
      this.dropped += surplus
    }
  }

  page(since = 0): LedgerPage {
    const entries = this.entries.filter((entry) => entry.id > since)
    return { entries, dropped: this.dropped, last_id: this.lastId, in_flight: this.inFlight }
  }

  /** Forgets the entries; ids go on. */
  clear(): void {
    this.entries = []
    this.dropped = 0
  }
}
