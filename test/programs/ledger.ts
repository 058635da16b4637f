import { calcPrice } from '@pydantic/genai-prices'
import type { LedgerEntry } from '../../services/llm-simulator/src/ledger.ts'
import { lastAttempts, truthOf } from '../dialects/record/node/lib/truth.ts'
import type { Truth } from '../dialects/truth.ts'
import type { Program } from './programs.ts'

/** What a program called, as the simulator answered it: one for each call, with its last attempt's status. */
export interface Called extends Truth {
  status: number | null
  /** How often it was sent before its last attempt. */
  resends: number
  /** Its reader left. */
  left: boolean
  /** HTTP statuses of all its attempts. */
  attempts: (number | null)[]
}

export function calledOf(entries: LedgerEntry[]): Called[] {
  const last = lastAttempts(entries)
  const truth = truthOf(entries)
  return last.map((entry, i) => ({
    ...truth[i]!,
    status: entry.status,
    resends: entry.retry_count,
    left: entry.aborted,
    attempts: entries
      .slice(entries.indexOf(entry) - entry.retry_count, entries.indexOf(entry) + 1)
      .map(({ status }) => status),
  }))
}

/** What is to be found in Prometheus for a program. Tokens include what was cached. */
export interface Numbers {
  /** By `error_type`; '' is those that succeeded. */
  calls: Record<string, number>
  /** Calls by `app_feature`; '' is those without. */
  features: Record<string, number>
  input: number
  output: number
  cache_read: number
  cache_write: number
  /** USD. */
  cost: number
  /** HTTP requests by status, where they have spans. */
  attempts: Record<string, number>
  /** What SDKs say that they sent again. */
  resends: number
}

const ERRORS: Record<number, string> = {
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
}

/** What Prometheus should have, by the ledger alone. */
export function expectedNumbers(program: Program, calls: Called[]): Numbers {
  const numbers = nothing()
  for (const call of calls) {
    const error = call.status !== null && call.status >= 400 ? ERRORS[call.status]! : ''
    count(numbers.calls, error)
    count(numbers.features, program.feature ?? '')
    if (program.resends) numbers.resends += call.resends
    if (program.requests) for (const status of call.attempts) count(numbers.attempts, String(status))
    if (error !== '' || program.unsaid?.includes('tokens')) continue
    // Of a stream that was left, the client knows what the stream began with: the input.
    const output = call.left || program.leaves ? 0 : call.output
    numbers.input += call.input
    numbers.output += output
    numbers.cache_read += call.cache_read
    numbers.cache_write += call.cache_write
    const usage = {
      input_tokens: call.input,
      cache_read_tokens: call.cache_read,
      cache_write_tokens: call.cache_write,
      output_tokens: output,
    }
    numbers.cost += calcPrice(usage, call.model!, { providerId: call.provider })!.total_price
  }
  return numbers
}

export const nothing = (): Numbers => ({
  calls: {},
  features: {},
  input: 0,
  output: 0,
  cache_read: 0,
  cache_write: 0,
  cost: 0,
  attempts: {},
  resends: 0,
})

export function count(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by
}
