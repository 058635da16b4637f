import { asksInBody } from '../endpoint.ts'
import type { Dialect } from '../endpoint.ts'
import { LIMITS } from '../rate-window.ts'
import type { Remaining } from '../rate-window.ts'
import { errorType, sendError } from './errors.ts'

export const openai: Dialect = {
  provider: 'openai',
  apiKey: (request) => /^Bearer (.+)$/.exec(request.get('authorization') ?? '')?.[1],
  asks: asksInBody,
  baseHeaders: (requestId) => ({
    'x-request-id': requestId,
    'openai-organization': 'simulated',
    'openai-version': '2020-10-01',
  }),
  rateHeaders,
  errorType,
  sendError,
}

/** https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers */
function rateHeaders(left: Remaining): Record<string, string> {
  const reset = `${Math.max(0, Math.ceil((left.resetsAt.getTime() - Date.now()) / 1000))}s`
  return {
    'x-ratelimit-limit-requests': String(LIMITS.requests),
    'x-ratelimit-remaining-requests': String(left.requests),
    'x-ratelimit-reset-requests': reset,
    'x-ratelimit-limit-tokens': String(LIMITS.inputTokens),
    'x-ratelimit-remaining-tokens': String(left.inputTokens),
    'x-ratelimit-reset-tokens': reset,
  }
}
