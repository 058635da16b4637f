import { HttpProblem } from './problem.ts'

/**
 * An error of the Anthropic or OpenAI SDK as what this service's caller should do about it:
 *
 * | upstream | answer |
 * |---|---|
 * | 429 | 429, with upstream's Retry-After if it sent one |
 * | 529, 5xx | 503, likewise |
 * | no answer in time, 408 | 504 |
 * | no connection | 503 |
 * | 400, 404, 413, 422 | 400, 413: the caller's request asked for it |
 * | 401, 402, 403 and others | 502: our own account, nothing the caller can do |
 *
 * The body tells upstream's status, error type, error code and request id (member `upstream`), never its message,
 * which may quote the prompt.
 *
 * Recognised by form, because a service that uses neither SDK must not have to install them.
 *
 * @returns undefined when the error is not one of an SDK's
 */
export function upstreamProblem(error: unknown): HttpProblem | undefined {
  if (!(error instanceof Error) || !isSdkError(error)) return undefined
  const { status, headers, requestID, type } = error
  // Anthropic's and OpenAI's name for it: tells a spend limit from a rate limit.
  const code = error.errorCode ?? error.code
  const extensions = {
    upstream: {
      ...(status !== undefined && { status }),
      ...(typeof type === 'string' && { type }),
      ...(typeof code === 'string' && { code }),
      ...(typeof requestID === 'string' && { request_id: requestID }),
    },
  }
  const retryAfter = headers?.get('retry-after') ?? undefined
  const answer = (to: number, detail: string) =>
    new HttpProblem(to, {
      detail,
      extensions,
      cause: error,
      ...(retryAfter !== undefined && (to === 429 || to === 503) && { retryAfter }),
    })
  if (status === undefined) {
    return isTimeout(error)
      ? answer(504, 'The model API did not answer in time.')
      : answer(503, 'The model API cannot be reached.')
  }
  if (status === 429) return answer(429, 'The model API limits the rate of requests.')
  if (status === 408) return answer(504, 'The model API did not answer in time.')
  if (status >= 500) return answer(503, 'The model API is overloaded or failing.')
  if (status === 413) return answer(413, 'The request is too large for the model API.')
  if (status === 400 || status === 404 || status === 422)
    return answer(400, 'The model API rejected the request.')
  return answer(502, 'The model API does not accept this service.')
}

interface SdkError extends Error {
  status: number | undefined
  headers: Headers | undefined
  requestID?: unknown
  type?: unknown
  errorCode?: unknown
  code?: unknown
}

/** Both SDKs' `APIError` set exactly these, to undefined where there was no answer. */
function isSdkError(error: Error): error is SdkError {
  return (
    'status' in error &&
    'headers' in error &&
    'requestID' in error &&
    (error.status === undefined || typeof error.status === 'number')
  )
}

function isTimeout(error: Error): boolean {
  return error.constructor.name === 'APIConnectionTimeoutError'
}
