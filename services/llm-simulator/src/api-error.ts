import type { Fault } from './faults.ts'

export interface ApiErrorOptions {
  /** Default: what the API has for the status. */
  type?: string | undefined
  message?: string | undefined
  /** Anthropic's `error.details.error_code`, OpenAI's `error.code`. */
  code?: string | undefined
  /** OpenAI's `error.param`. */
  param?: string | undefined
  /** Seconds. */
  retryAfter?: number | undefined
}

/** An error that a simulated API answers with; each API gives it its own form. */
export class ApiError extends Error {
  readonly status: number
  readonly options: ApiErrorOptions

  constructor(status: number, options: ApiErrorOptions = {}) {
    super(options.message ?? `HTTP ${status}`)
    this.status = status
    this.options = options
  }

  /** A 429 that time alone will not cure: an account's limit, which the SDKs must not retry. */
  get isSpendLimit(): boolean {
    const { code, type } = this.options
    return this.status === 429 && [code, type].some((name) => name !== undefined && spendLimits.has(name))
  }
}

const spendLimits = new Set(['enforced_spend_limit_reached', 'insufficient_quota'])

/** @param status what to say for the faults that are not a status themselves */
export function faultError(fault: Fault, status: number): ApiError {
  const error = new ApiError(status, { type: fault.type, message: fault.message, code: fault.error_code })
  const retryAfter = fault.retry_after ?? (fault.retry_after === null || status !== 429 ? undefined : 1)
  if (retryAfter !== undefined && (!error.isSpendLimit || fault.retry_after))
    error.options.retryAfter = retryAfter
  return error
}

/** The client has closed the connection: there is nobody to answer. */
export class ClientGone extends Error {}

/** A fault has broken the connection: there is nothing to answer on. */
export class ConnectionBroken extends Error {
  readonly kind: 'connection_reset' | 'stream_cut'

  constructor(kind: 'connection_reset' | 'stream_cut') {
    super(kind)
    this.kind = kind
  }
}
