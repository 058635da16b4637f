import { asksInBody } from '../endpoint.ts'
import type { Dialect } from '../endpoint.ts'
import { LIMITS } from '../rate-window.ts'
import type { Remaining } from '../rate-window.ts'
import { errorType, sendError } from './errors.ts'

const ORGANIZATION_ID = '00000000-0000-4000-8000-000000000001'

export const anthropic: Dialect = {
  provider: 'anthropic',
  apiKey: (request) =>
    request.get('x-api-key') || /^Bearer (.+)$/.exec(request.get('authorization') ?? '')?.[1],
  asks: asksInBody,
  baseHeaders: (requestId) => ({
    'request-id': requestId,
    'anthropic-organization-id': ORGANIZATION_ID,
  }),
  rateHeaders,
  errorType,
  sendError,
}

/** https://platform.claude.com/docs/en/api/rate-limits#response-headers */
function rateHeaders(left: Remaining): Record<string, string> {
  const reset = left.resetsAt.toISOString().replace(/\.\d+Z$/, 'Z')
  const group = (name: string, limit: number, remaining: number) => ({
    [`anthropic-ratelimit-${name}-limit`]: String(limit),
    [`anthropic-ratelimit-${name}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${name}-reset`]: reset,
  })
  return {
    ...group('requests', LIMITS.requests, left.requests),
    ...group('tokens', LIMITS.inputTokens + LIMITS.outputTokens, left.inputTokens + left.outputTokens),
    ...group('input-tokens', LIMITS.inputTokens, left.inputTokens),
    ...group('output-tokens', LIMITS.outputTokens, left.outputTokens),
  }
}
