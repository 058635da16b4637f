import type { ApiError } from '../api-error.ts'
import type { Exchange } from '../exchange.ts'

interface Kind {
  status: string
  message: string
}

/** https://ai.google.dev/gemini-api/docs/troubleshooting#error-codes */
const byStatus: Record<number, Kind> = {
  400: { status: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  401: { status: 'UNAUTHENTICATED', message: 'API key not valid. Please pass a valid API key.' },
  403: { status: 'PERMISSION_DENIED', message: 'The caller does not have permission' },
  404: { status: 'NOT_FOUND', message: 'The model is not found, or is not supported for this method.' },
  429: { status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota.' },
  500: { status: 'INTERNAL', message: 'An internal error has occurred.' },
  503: { status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
  504: { status: 'DEADLINE_EXCEEDED', message: 'Deadline expired before operation could complete.' },
}

function kindOf({ status }: ApiError): Kind {
  // Anthropic's way of saying 503.
  if (status === 529) return byStatus[503] as Kind
  return byStatus[status] ?? (byStatus[status < 500 ? 400 : 500] as Kind)
}

/** Google's name for the kind of error, such as `RESOURCE_EXHAUSTED`. */
export const errorStatus = (error: ApiError): string => error.options.type ?? kindOf(error).status

export function errorBody(error: ApiError) {
  const { message, retryAfter } = error.options
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` }
  return {
    error: {
      code: error.status,
      message: message ?? kindOf(error).message,
      status: errorStatus(error),
      ...(retryAfter !== undefined && { details: [retry] }),
    },
  }
}

export function sendError(exchange: Exchange, error: ApiError): void {
  if (!exchange.headersSent) {
    exchange.sendJson(error.status, errorBody(error))
    return
  }
  exchange.sendEvent(errorBody(error))
  exchange.endStream()
}
