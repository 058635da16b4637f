import type { Call } from './calls.ts'

/**
 * - `ok`: answered
 * - `limited`: 429
 * - `failed`: any other error status, or a stream that ended in an error
 * - `unreachable`: no connection, or no answer in time
 * - `left`: the client went away, as it was meant to
 * - `stopped`: cut short because the generator stops
 */
export type Outcome = 'ok' | 'limited' | 'failed' | 'unreachable' | 'left' | 'stopped'

export interface Made {
  outcome: Outcome
  /** The answer's body; only of `ok`. */
  answer?: string
}

/** Makes a call and reads its answer to the end, or leaves. Never throws. */
export async function makeCall(
  baseUrl: string,
  call: Call,
  stop: AbortSignal,
  timeoutMillis = 180_000,
): Promise<Made> {
  const leave = new AbortController()
  const timer = setTimeout(() => leave.abort(), call.leaveAfterMillis ?? timeoutMillis)
  try {
    const response = await fetch(baseUrl + call.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call.body),
      signal: AbortSignal.any([leave.signal, stop]),
    })
    const text = await response.text()
    if (response.status === 429) return { outcome: 'limited' }
    if (!response.ok || text.includes('event: error\n')) return { outcome: 'failed' }
    return { outcome: 'ok', answer: text }
  } catch {
    if (stop.aborted) return { outcome: 'stopped' }
    const isLeaving = leave.signal.aborted && call.leaveAfterMillis !== undefined
    return { outcome: isLeaving ? 'left' : 'unreachable' }
  } finally {
    clearTimeout(timer)
  }
}
