import { dayOf, type Day, DAY, startOf } from '../days.ts'
import type { Report, ReportedCost } from '../report.ts'
import type { Kind } from '../usage.ts'
import { allPages, type Api } from './get.ts'

/**
 * Anthropic's Usage and Cost Admin API, with an Admin API key (`sk-ant-admin…`).
 * https://platform.claude.com/docs/en/manage-claude/usage-cost-api,
 * https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages,
 * https://platform.claude.com/docs/en/api/admin/cost_report/retrieve
 *
 * Buckets are days in UTC, at most 31 a page. Usage has no number of requests. Costs are cents as decimal strings, without
 * the priority tier. Both come within about 5 minutes of a call.
 */
export async function anthropicReport(url: string, key: string, days: readonly Day[]): Promise<Report> {
  const api: Api = {
    name: 'Anthropic',
    url,
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    permission:
      'ANTHROPIC_ADMIN_KEY must be an Admin API key (sk-ant-admin…), which an admin of the organization makes',
  }
  const range = {
    starting_at: new Date(startOf(days[0]!)).toISOString(),
    ending_at: new Date(startOf(days.at(-1)!) + DAY).toISOString(),
    bucket_width: '1d',
    limit: 31,
  }
  const usage = await allPages<Bucket<UsageResult>>(api, '/v1/organizations/usage_report/messages', {
    ...range,
    group_by: ['model', 'service_tier', 'context_window', 'api_key_id'],
  })
  const costs = await allPages<Bucket<CostResult>>(api, '/v1/organizations/cost_report', {
    ...range,
    group_by: ['description'],
  })
  return {
    provider: 'anthropic',
    usage: usage.flatMap(({ starting_at, results }) =>
      results.map((result) => ({
        day: dayOf(Date.parse(starting_at)),
        model: result.model ?? '',
        usage: {
          uncached: result.uncached_input_tokens,
          cacheRead: result.cache_read_input_tokens,
          cacheWrite5m: result.cache_creation.ephemeral_5m_input_tokens,
          cacheWrite1h: result.cache_creation.ephemeral_1h_input_tokens,
          output: result.output_tokens,
        },
        requests: undefined,
        key: result.api_key_id,
        batch: result.service_tier === 'batch',
        tier: result.service_tier ?? undefined,
      })),
    ),
    costs: costs.flatMap(({ starting_at, results }) =>
      results.map((result): ReportedCost => ({
        day: dayOf(Date.parse(starting_at)),
        model: result.model ?? '',
        kind: KIND_OF[result.token_type ?? ''],
        what: result.description ?? result.cost_type ?? 'other',
        usd: Number(result.amount) / 100,
      })),
    ),
  }
}

const KIND_OF: Record<string, Kind> = {
  uncached_input_tokens: 'uncached',
  cache_read_input_tokens: 'cacheRead',
  'cache_creation.ephemeral_5m_input_tokens': 'cacheWrite5m',
  'cache_creation.ephemeral_1h_input_tokens': 'cacheWrite1h',
  output_tokens: 'output',
}

interface Bucket<Result> {
  starting_at: string
  results: Result[]
}

interface UsageResult {
  uncached_input_tokens: number
  cache_read_input_tokens: number
  cache_creation: { ephemeral_1h_input_tokens: number; ephemeral_5m_input_tokens: number }
  output_tokens: number
  model: string | null
  service_tier: string | null
  api_key_id: string | null
}

interface CostResult {
  /** Cents: "123.45" is 1.23 USD. */
  amount: string
  description: string | null
  cost_type: string | null
  model: string | null
  token_type: string | null
}
