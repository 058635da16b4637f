import type { Request, RequestHandler } from 'express'
import { ApiError, ClientGone, ConnectionBroken } from './api-error.ts'
import { Exchange } from './exchange.ts'
import type { Provider } from './models.ts'
import { keyId } from './billing/key-id.ts'
import { keyHash } from './rate-window.ts'
import type { Remaining } from './rate-window.ts'
import type { SimulatorState } from './state.ts'

/** What differs between the APIs around an answer. */
export interface Dialect {
  provider: Provider
  /** The API key of a request, if it has one. */
  apiKey: (request: Request) => string | undefined
  /** What a request asks for, before anything of it has been validated. */
  asks: (request: Request) => Asked
  /** Headers that every answer has. */
  baseHeaders: (requestId: string) => Record<string, string>
  /** Headers that tell the rate limits. */
  rateHeaders: (left: Remaining) => Record<string, string>
  /** The API's name for the kind of error. */
  errorType: (error: ApiError) => string
  /** Writes an error: as the answer, or into the stream that has begun. */
  sendError: (exchange: Exchange, error: ApiError) => void
}

export interface Asked {
  /** null when the request names none. */
  model: string | null
  stream: boolean
}

/** As APIs have it that name model and stream in the body. */
export function asksInBody(request: Request): Asked {
  const { model, stream } = (request.body ?? {}) as { model?: unknown; stream?: unknown }
  return { model: typeof model === 'string' ? model : null, stream: stream === true }
}

/** @param account stands for the caller's API key */
export type Handle = (exchange: Exchange, body: unknown, account: string) => Promise<void>

/** Serves one path of an API. Each request ends in exactly one ledger entry. */
export function endpoint(state: SimulatorState, dialect: Dialect, handle: Handle): RequestHandler {
  return async (request, response) => {
    const exchange = new Exchange(state, dialect, request, response)
    state.ledger.inFlight++
    try {
      exchange.identify(dialect.asks(request))
      const key = dialect.apiKey(request)
      if (key === undefined) throw new ApiError(401)
      const account = keyHash(`${dialect.provider}:${key}`)
      exchange.note({ api_key_id: keyId(dialect.provider, key) })
      exchange.countUse({ requests: 1 }, account)
      await exchange.sufferFault()
      await handle(exchange, request.body, account)
    } catch (error) {
      conclude(exchange, dialect, error)
    } finally {
      exchange.close()
      state.ledger.inFlight--
    }
  }
}

function conclude(exchange: Exchange, dialect: Dialect, error: unknown): void {
  if (error instanceof ClientGone) {
    exchange.note({ aborted: true })
  } else if (error instanceof ConnectionBroken) {
    exchange.note({ error_type: error.kind })
  } else if (error instanceof ApiError) {
    exchange.note({ error_type: dialect.errorType(error) })
    try {
      dialect.sendError(exchange, error)
    } catch (failure) {
      if (!(failure instanceof ClientGone)) throw failure
      exchange.note({ aborted: true })
    }
  } else {
    exchange.note({ error_type: 'simulator_failure' })
    throw error
  }
}
