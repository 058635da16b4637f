import type { Request } from 'express'
import { z } from 'zod'
import { ApiError } from '../api-error.ts'
import { openai } from '../openai/dialect.ts'
import { errorBody } from '../openai/errors.ts'
import type { SimulatorState } from '../state.ts'
import { billedCalls } from './billed.ts'
import type { Billed } from './billed.ts'
import { groupsOf, LIMITS, pageOf } from './buckets.ts'
import type { Width } from './buckets.ts'
import { partsOf } from './price.ts'
import { parseQuery } from './report-endpoint.ts'
import type { ReportApi } from './report-endpoint.ts'

export const openaiReports: ReportApi = {
  dialect: openai,
  adminKey: 'sk-admin',
  withoutRights: new ApiError(403, {
    message: 'You have insufficient permissions for this operation. Missing scopes: api.usage.read.',
  }),
  errorBody,
}

const range = z.object({
  start_time: z.coerce.number().int(),
  end_time: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).optional(),
  page: z.string().optional(),
})
const GROUPS = ['project_id', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier'] as const
type Group = (typeof GROUPS)[number]
const usageQuery = range.extend({
  bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
  group_by: z.array(z.enum(GROUPS)).default([]),
  models: z.array(z.string()).optional(),
  api_key_ids: z.array(z.string()).optional(),
})
const costQuery = range.extend({
  bucket_width: z.literal('1d').default('1d'),
  group_by: z.array(z.enum(['project_id', 'line_item', 'api_key_id'])).default([]),
})

const PROJECT = 'proj_simulated'

function dimension(call: Billed, name: Group): string | boolean | null {
  switch (name) {
    case 'api_key_id':
      return call.apiKeyId
    case 'model':
      return call.model
    case 'batch':
      return call.tier === 'batch'
    case 'service_tier':
      return call.tier === 'batch' ? 'default' : call.tier
    case 'project_id':
      return PROJECT
    case 'user_id':
      return null
  }
}

/**
 * `GET /v1/organization/usage/completions` (chat completions and responses) and `…/embeddings`,
 * https://platform.openai.com/docs/api-reference/usage
 */
export const usage = (state: SimulatorState, what: 'completions' | 'embeddings') => (request: Request) => {
  const query = parseQuery(usageQuery, request)
  const { entries } = state.ledger.page()
  const calls = billedCalls(entries, 'openai', state.billing).filter(
    ({ model, apiKeyId, isEmbedding }) =>
      isEmbedding === (what === 'embeddings') &&
      (query.models?.includes(model) ?? true) &&
      (query.api_key_ids?.includes(apiKeyId ?? '') ?? true),
  )
  return pageAnswer(calls, query, LIMITS[query.bucket_width], (items) =>
    groupsOf(items, query.group_by, dimension).map((group) => {
      const total = (of: (call: Billed) => number) => group.reduce((sum, call) => sum + of(call), 0)
      const named = (name: Group) => (query.group_by.includes(name) ? dimension(group[0]!, name) : null)
      return {
        object: `organization.usage.${what}.result`,
        input_tokens: total(({ uncached, cacheRead }) => uncached + cacheRead),
        num_model_requests: group.length,
        ...(what === 'completions' && {
          output_tokens: total(({ output }) => output),
          input_cached_tokens: total(({ cacheRead }) => cacheRead),
          input_uncached_tokens: total(({ uncached }) => uncached),
          input_cache_write_tokens: 0,
          input_audio_tokens: 0,
          output_audio_tokens: 0,
          batch: named('batch'),
          service_tier: named('service_tier'),
        }),
        project_id: named('project_id'),
        user_id: named('user_id'),
        api_key_id: named('api_key_id'),
        model: named('model'),
      }
    }),
  )
}

/** How organisations see them in their own costs; `batch | ` is made after `priority | `, which they have seen. */
const LINE_ITEMS = { uncached: 'input', cacheRead: 'cached input', output: 'output' } as const

/** `GET /v1/organization/costs`, https://platform.openai.com/docs/api-reference/usage/costs */
export const costs = (state: SimulatorState) => (request: Request) => {
  const query = parseQuery(costQuery, request)
  const { entries } = state.ledger.page()
  const charges = billedCalls(entries, 'openai', state.billing).flatMap((call) => {
    const parts = partsOf(call, 'openai', state.billing)
    return (['uncached', 'cacheRead', 'output'] as const).map((kind) => ({
      time: call.time,
      usd: parts[kind],
      quantity: call[kind],
      api_key_id: call.apiKeyId,
      project_id: PROJECT,
      line_item: `${call.tier === 'batch' ? 'batch | ' : ''}${call.model}, ${LINE_ITEMS[kind]}`,
    }))
  })
  return pageAnswer(
    charges.filter(({ usd }) => usd > 0),
    query,
    { usual: 7, most: 180 },
    (items) =>
      groupsOf(items, query.group_by, (charge, name) => charge[name]).map((group) => {
        const named = (name: 'project_id' | 'line_item' | 'api_key_id') =>
          query.group_by.includes(name) ? group[0]![name] : null
        return {
          object: 'organization.costs.result',
          amount: { value: group.reduce((sum, { usd }) => sum + usd, 0), currency: 'usd' },
          line_item: named('line_item'),
          project_id: named('project_id'),
          api_key_id: named('api_key_id'),
          quantity:
            named('line_item') === null ? null : group.reduce((sum, { quantity }) => sum + quantity, 0),
        }
      }),
  )
}

function pageAnswer<T extends { time: number }>(
  items: readonly T[],
  query: z.output<typeof range> & { bucket_width: Width },
  { usual, most }: { usual: number; most: number },
  resultsOf: (items: T[]) => object[],
) {
  const limit = query.limit ?? usual
  if (limit > most) throw new ApiError(400, { message: `limit must be at most ${most}`, param: 'limit' })
  const { buckets, next } = pageOf(items, {
    width: query.bucket_width,
    from: query.start_time * 1000,
    to: query.end_time === undefined ? Date.now() : query.end_time * 1000,
    limit,
    page: query.page,
  })
  return {
    object: 'page',
    data: buckets.map(({ from, to, items: inside }) => ({
      object: 'bucket',
      start_time: from / 1000,
      end_time: to / 1000,
      results: resultsOf(inside),
    })),
    has_more: next !== null,
    next_page: next,
  }
}
