import type { ApiError } from '../api-error.ts'
import type { Exchange } from '../exchange.ts'

interface Kind {
  type: string
  code: string | null
  message: string
}

/** https://platform.openai.com/docs/guides/error-codes */
const byStatus: Record<number, Kind> = {
  400: { type: 'invalid_request_error', code: null, message: 'The request is not valid.' },
  401: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided.' },
  403: { type: 'invalid_request_error', code: null, message: 'You do not have access to this resource.' },
  404: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist.' },
  413: { type: 'invalid_request_error', code: null, message: 'The request is too large.' },
  429: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached for requests.' },
  500: { type: 'server_error', code: null, message: 'The server had an error processing your request.' },
  503: { type: 'server_error', code: null, message: 'The engine is currently overloaded.' },
}

const insufficientQuota: Kind = {
  type: 'insufficient_quota',
  code: 'insufficient_quota',
  message: 'You exceeded your current quota, please check your plan and billing details.',
}

export function errorType(error: ApiError): string {
  return error.options.type ?? kindOf(error).type
}

function kindOf(error: ApiError): Kind {
  if (error.isSpendLimit || error.status === 402) return insufficientQuota
  const otherwise = error.status < 500 ? 400 : 500
  return byStatus[error.status] ?? (byStatus[otherwise] as Kind)
}

export function errorBody(error: ApiError) {
  const { message, code, param } = error.options
  const kind = kindOf(error)
  return {
    error: {
      message: message ?? kind.message,
      type: errorType(error),
      param: param ?? null,
      code: code ?? kind.code,
    },
  }
}

export function sendError(exchange: Exchange, error: ApiError): void {
  if (exchange.headersSent) {
    exchange.sendEvent(errorBody(error), exchange.request.path.endsWith('/responses') ? 'error' : undefined)
    exchange.endStream()
    return
  }
  const { retryAfter } = error.options
  exchange.setHeaders({
    ...(error.isSpendLimit && { 'x-should-retry': 'false' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  })
  exchange.sendJson(error.status, errorBody(error))
}
