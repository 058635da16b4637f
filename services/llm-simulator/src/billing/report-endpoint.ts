import { setTimeout as delay } from 'node:timers/promises'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { ApiError, faultError } from '../api-error.ts'
import type { Dialect } from '../endpoint.ts'
import { newId } from '../ids.ts'
import type { SimulatorState } from '../state.ts'

export interface ReportApi {
  dialect: Dialect
  /** What a key that may read reports begins with; others have other keys' rights. */
  adminKey: string
  /** The answer to another key. */
  withoutRights: ApiError
  errorBody: (error: ApiError, requestId: string) => object
}

/** Serves a report: a GET, which is no call and so not in the ledger. Faults with a status hit it as they do calls. */
export function reportEndpoint(
  state: SimulatorState,
  { dialect, adminKey, withoutRights, errorBody }: ReportApi,
  answer: (request: Request) => object,
): RequestHandler {
  return async (request, response) => {
    const requestId = newId('req_')
    try {
      const key = dialect.apiKey(request)
      if (key === undefined) throw new ApiError(401)
      if (!key.startsWith(adminKey)) throw withoutRights
      const target = { provider: dialect.provider, path: request.path, model: '', stream: false }
      const fault = state.faults.take(target)
      if (fault) await delay(fault.delay_seconds * 1000)
      if (fault?.status === 'connection_reset') {
        request.socket.resetAndDestroy()
        return
      }
      if (typeof fault?.status === 'number') throw faultError(fault, fault.status)
      response.set(dialect.baseHeaders(requestId)).json(answer(request))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { retryAfter } = error.options
      if (retryAfter !== undefined) response.set('retry-after', String(retryAfter))
      response.set(dialect.baseHeaders(requestId)).status(error.status).json(errorBody(error, requestId))
    }
  }
}

/** The query, with lists as `name[]=…` (the SDKs' form) or `name=…`. @throws ApiError 400 */
export function parseQuery<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const query: Record<string, unknown> = {}
  const { searchParams } = new URL(request.originalUrl, 'http://simulator')
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    const bare = name.replace(/\[\]$/, '')
    query[bare] = LISTS.has(bare) ? [...((query[bare] as string[]) ?? []), ...values] : values[0]
  }
  const result = schema.safeParse(query)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new ApiError(400, { message: `${issue?.path.join('.')}: ${issue?.message}` })
}

const LISTS = new Set(['group_by', 'models', 'api_key_ids'])
