import type { Request } from 'express'
import { z } from 'zod'
import { anthropic } from '../anthropic/dialect.ts'
import { errorBody } from '../anthropic/errors.ts'
import { ApiError } from '../api-error.ts'
import type { SimulatorState } from '../state.ts'
import { billedCalls } from './billed.ts'
import type { Billed } from './billed.ts'
import { groupsOf, LIMITS, pageOf, rfc3339 } from './buckets.ts'
import type { Width } from './buckets.ts'
import { partsOf } from './price.ts'
import type { Parts } from './price.ts'
import { parseQuery } from './report-endpoint.ts'
import type { ReportApi } from './report-endpoint.ts'

export const anthropicReports: ReportApi = {
  dialect: anthropic,
  adminKey: 'sk-ant-admin',
  withoutRights: new ApiError(401),
  errorBody,
}

const range = z.object({
  starting_at: z.iso.datetime({ offset: true }),
  ending_at: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).optional(),
  page: z.string().optional(),
})
const USAGE_GROUPS = [
  'api_key_id',
  'context_window',
  'inference_geo',
  'model',
  'service_tier',
  'workspace_id',
] as const
const usageQuery = range.extend({
  bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
  group_by: z.array(z.enum(USAGE_GROUPS)).default([]),
  models: z.array(z.string()).optional(),
  api_key_ids: z.array(z.string()).optional(),
})
const costQuery = range.extend({
  bucket_width: z.literal('1d').default('1d'),
  group_by: z.array(z.enum(['description', 'workspace_id'])).default([]),
})

function dimension(call: Billed, name: (typeof USAGE_GROUPS)[number]): string | null {
  switch (name) {
    case 'api_key_id':
      return call.apiKeyId
    case 'model':
      return call.model
    case 'service_tier':
      return call.tier
    case 'context_window':
      return contextWindow(call)
    case 'inference_geo':
      return 'global'
    case 'workspace_id':
      // The default workspace.
      return null
  }
}

const contextWindow = ({ uncached, cacheRead, cacheWrite5m, cacheWrite1h }: Billed) =>
  uncached + cacheRead + cacheWrite5m + cacheWrite1h > 200_000 ? '200k-1M' : '0-200k'

/** `GET /v1/organizations/usage_report/messages`, https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages */
export const messagesUsage = (state: SimulatorState) => (request: Request) => {
  const query = parseQuery(usageQuery, request)
  const { entries } = state.ledger.page()
  const calls = billedCalls(entries, 'anthropic', state.billing).filter(
    ({ model, apiKeyId }) =>
      (query.models?.includes(model) ?? true) && (query.api_key_ids?.includes(apiKeyId ?? '') ?? true),
  )
  return reportOf(calls, query, (items) =>
    groupsOf(items, query.group_by, dimension).map((group) => {
      const total = (
        kind: 'uncached' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output' | 'webSearches',
      ) => group.reduce((sum, call) => sum + call[kind], 0)
      const named = (name: (typeof USAGE_GROUPS)[number]) =>
        query.group_by.includes(name) ? dimension(group[0]!, name) : null
      return {
        uncached_input_tokens: total('uncached'),
        cache_creation: {
          ephemeral_1h_input_tokens: total('cacheWrite1h'),
          ephemeral_5m_input_tokens: total('cacheWrite5m'),
        },
        cache_read_input_tokens: total('cacheRead'),
        output_tokens: total('output'),
        server_tool_use: { web_search_requests: total('webSearches') },
        api_key_id: named('api_key_id'),
        workspace_id: named('workspace_id'),
        model: named('model'),
        service_tier: named('service_tier'),
        context_window: named('context_window'),
        inference_geo: named('inference_geo'),
        account_id: null,
        service_account_id: null,
      }
    }),
  )
}

const TOKEN_TYPES = {
  uncached: ['uncached_input_tokens', 'Input Tokens'],
  cacheRead: ['cache_read_input_tokens', 'Input Tokens, Cache Hit'],
  cacheWrite5m: ['cache_creation.ephemeral_5m_input_tokens', 'Input Tokens, Cache Write'],
  cacheWrite1h: ['cache_creation.ephemeral_1h_input_tokens', 'Input Tokens, Cache Write (1h)'],
  output: ['output_tokens', 'Output Tokens'],
} as const

interface Charge {
  time: number
  call: Billed
  kind: keyof Parts
  usd: number
}

/** `GET /v1/organizations/cost_report`, https://platform.claude.com/docs/en/api/admin/cost_report/retrieve: without the priority tier. */
export const costReport = (state: SimulatorState) => (request: Request) => {
  const query = parseQuery(costQuery, request)
  const { entries } = state.ledger.page()
  const charges = billedCalls(entries, 'anthropic', state.billing)
    .filter(({ tier }) => tier !== 'priority')
    .flatMap((call) =>
      Object.entries(partsOf(call, 'anthropic', state.billing)).map(([kind, usd]): Charge => ({
        time: call.time,
        call,
        kind: kind as keyof Parts,
        usd,
      })),
    )
    .filter(({ usd }) => usd > 0)
  const described = query.group_by.includes('description')
  return reportOf(charges, query, (items) =>
    groupsOf(items, described ? (['description'] as const) : [], (charge) => describe(charge)).map(
      (group) => ({
        currency: 'USD',
        // Cents.
        amount: decimal(group.reduce((sum, { usd }) => sum + usd, 0) * 100),
        workspace_id: null,
        ...(described ? describe(group[0]!) : undescribed),
      }),
    ),
  )
}

const undescribed = {
  description: null,
  cost_type: null,
  context_window: null,
  model: null,
  service_tier: null,
  token_type: null,
  inference_geo: null,
}

function describe({ call, kind }: Charge) {
  if (kind === 'webSearches') {
    return { ...undescribed, description: 'Web Search Usage', cost_type: 'web_search' }
  }
  const [token_type, name] = TOKEN_TYPES[kind]
  const tier = call.tier === 'batch' ? ' (Batch)' : ''
  return {
    description: `${call.model} Usage${tier} - ${name}`,
    cost_type: 'tokens',
    context_window: contextWindow(call),
    model: call.model,
    service_tier: call.tier,
    token_type,
    inference_geo: 'global',
  }
}

/** Never with an exponent. */
const decimal = (value: number) => value.toFixed(10).replace(/\.?0+$/, '')

function reportOf<T extends { time: number }>(
  items: readonly T[],
  query: z.output<typeof range> & { bucket_width: Width },
  resultsOf: (items: T[]) => object[],
) {
  const { usual, most } = LIMITS[query.bucket_width]
  const limit = query.limit ?? usual
  if (limit > most) throw new ApiError(400, { message: `limit: must be at most ${most}` })
  const { buckets, next } = pageOf(items, {
    width: query.bucket_width,
    from: Date.parse(query.starting_at),
    to: query.ending_at === undefined ? Date.now() : Date.parse(query.ending_at),
    limit,
    page: query.page,
  })
  return {
    data: buckets.map(({ from, to, items: inside }) => ({
      starting_at: rfc3339(from),
      ending_at: rfc3339(to),
      results: resultsOf(inside),
    })),
    has_more: next !== null,
    next_page: next,
  }
}
