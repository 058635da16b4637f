import type { ApiError } from '../api-error.ts'
import type { Exchange } from '../exchange.ts'

/** https://platform.claude.com/docs/en/api/errors */
const byStatus: Record<number, { type: string; message: string }> = {
  400: { type: 'invalid_request_error', message: 'The request is not valid.' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  402: { type: 'billing_error', message: 'Your credit balance is too low to access the Anthropic API.' },
  403: { type: 'permission_error', message: 'Your API key does not have permission to use this resource.' },
  404: { type: 'not_found_error', message: 'Not found' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: { type: 'rate_limit_error', message: "This request would exceed your organization's rate limit." },
  500: { type: 'api_error', message: 'Internal server error' },
  504: { type: 'timeout_error', message: 'The request timed out.' },
  529: { type: 'overloaded_error', message: 'Overloaded' },
}

const spendLimitMessage =
  'You have reached your API usage limits: your organization has crossed its monthly API usage threshold.'

export function errorType({ status, options }: ApiError): string {
  return options.type ?? byStatus[status]?.type ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}

export function errorBody(error: ApiError, requestId: string) {
  const { message, code } = error.options
  const usual = error.isSpendLimit ? spendLimitMessage : byStatus[error.status]?.message
  return {
    type: 'error',
    error: {
      type: errorType(error),
      message: message ?? usual ?? 'Error',
      ...(code !== undefined && { details: { error_code: code } }),
    },
    request_id: requestId,
  }
}

export function sendError(exchange: Exchange, error: ApiError): void {
  const body = errorBody(error, exchange.requestId)
  if (exchange.headersSent) {
    exchange.sendEvent(body, 'error')
    exchange.endStream()
    return
  }
  const { retryAfter } = error.options
  const isPassing = (error.status === 429 && !error.isSpendLimit) || error.status >= 500
  exchange.setHeaders({
    'x-should-retry': String(isPassing),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  })
  exchange.sendJson(error.status, body)
}
