import type { Dialect } from '../endpoint.ts'
import { errorStatus, sendError } from './errors.ts'
import { methodOf, modelOf } from './path.ts'

/** Google's Gemini API, https://ai.google.dev/api: the model is in the path, and limits are told in errors only. */
export const gemini: Dialect = {
  provider: 'gcp.gemini',
  apiKey: (request) => {
    const { key } = request.query
    return request.get('x-goog-api-key') ?? (typeof key === 'string' ? key : undefined)
  },
  asks: (request) => ({
    model: modelOf(request),
    stream: methodOf(request) === 'streamGenerateContent',
  }),
  baseHeaders: () => ({ server: 'scaffolding on HTTPServer2' }),
  rateHeaders: () => ({}),
  errorType: errorStatus,
  sendError,
}
