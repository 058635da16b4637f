import { createHash } from 'node:crypto'

export interface Rates {
  requests: number
  inputTokens: number
  outputTokens: number
}

/** What an account may use per minute. Only told in headers, never enforced: faults do that. */
export const LIMITS: Rates = { requests: 4000, inputTokens: 2_000_000, outputTokens: 400_000 }

export interface Remaining extends Rates {
  /** When everything is available again. */
  resetsAt: Date
}

/** Counts what each API key used in the current minute. */
export class RateWindow {
  private minute = 0
  private readonly used = new Map<string, Rates>()

  count(key: string, use: Partial<Rates>): Remaining {
    const minute = Math.floor(Date.now() / 60_000)
    if (minute !== this.minute) {
      this.minute = minute
      this.used.clear()
    }
    const used = this.used.get(key) ?? { requests: 0, inputTokens: 0, outputTokens: 0 }
    used.requests += use.requests ?? 0
    used.inputTokens += use.inputTokens ?? 0
    used.outputTokens += use.outputTokens ?? 0
    this.used.set(key, used)
    return {
      requests: Math.max(0, LIMITS.requests - used.requests),
      inputTokens: Math.max(0, LIMITS.inputTokens - used.inputTokens),
      outputTokens: Math.max(0, LIMITS.outputTokens - used.outputTokens),
      resetsAt: new Date((this.minute + 1) * 60_000),
    }
  }
}

/** Stands for an API key where one must be remembered. */
export function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('base64')
}
