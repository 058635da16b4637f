import { dayOf, type Day, DAY, startOf } from '../days.ts'
import type { Report, ReportedCost } from '../report.ts'
import type { Kind } from '../usage.ts'
import { allPages, type Api } from './get.ts'

/**
 * OpenAI's usage and costs of an organization, with an admin key (`sk-admin-…`).
 * https://platform.openai.com/docs/api-reference/usage; types of `client.admin.organization.usage` in openai-node.
 *
 * Buckets are days in UTC: at most 31 a page of usage, 180 of costs. Input tokens include cached and cache-write ones.
 */
export async function openaiReport(url: string, key: string, days: readonly Day[]): Promise<Report> {
  const api: Api = {
    name: 'OpenAI',
    url,
    headers: { authorization: `Bearer ${key}` },
    permission: 'OPENAI_ADMIN_KEY must be an admin key (sk-admin-…) that may read usage (api.usage.read)',
  }
  const range = {
    start_time: startOf(days[0]!) / 1000,
    end_time: (startOf(days.at(-1)!) + DAY) / 1000,
    bucket_width: '1d',
  }
  const completions = await allPages<Bucket<UsageResult>>(api, '/organization/usage/completions', {
    ...range,
    limit: 31,
    group_by: ['model', 'api_key_id', 'batch', 'service_tier'],
  })
  const embeddings = await allPages<Bucket<UsageResult>>(api, '/organization/usage/embeddings', {
    ...range,
    limit: 31,
    group_by: ['model', 'api_key_id'],
  })
  const costs = await allPages<Bucket<CostResult>>(api, '/organization/costs', {
    ...range,
    limit: 180,
    group_by: ['line_item'],
  })
  const models = new Set(
    [...completions, ...embeddings].flatMap(({ results }) => results.map((r) => r.model)),
  )
  return {
    provider: 'openai',
    usage: [...completions, ...embeddings].flatMap(({ start_time, results }) =>
      results.map((result) => {
        const cacheRead = result.input_cached_tokens ?? 0
        const cacheWrite = result.input_cache_write_tokens ?? 0
        return {
          day: dayOf(start_time * 1000),
          model: result.model ?? '',
          usage: {
            uncached: result.input_tokens - cacheRead - cacheWrite,
            cacheRead,
            cacheWrite5m: cacheWrite,
            cacheWrite1h: 0,
            output: result.output_tokens ?? 0,
          },
          requests: result.num_model_requests,
          key: result.api_key_id ?? null,
          batch: result.batch === true,
          tier: result.service_tier ?? undefined,
        }
      }),
    ),
    costs: costs.flatMap(({ start_time, results }) =>
      results.map((result): ReportedCost => {
        const currency = result.amount?.currency ?? 'usd'
        if (currency !== 'usd') throw new Error(`OpenAI reports costs in ${currency}, not in USD`)
        const what = result.line_item ?? 'other'
        return {
          day: dayOf(start_time * 1000),
          ...lineItem(what, models),
          what,
          // A decimal string in some answers.
          usd: Number(result.amount?.value ?? 0),
        }
      }),
    ),
  }
}

const KIND_OF: Record<string, Kind> = {
  input: 'uncached',
  'cached input': 'cacheRead',
  'cache writes': 'cacheWrite5m',
  output: 'output',
}

/**
 * `gpt-5-mini-2025-08-07, cached input`, `priority | gpt-5.6-sol, output, long context`, `web search tool calls`: no
 * reference documents them. What does not read so is no model's, unless it is one's name.
 */
export function lineItem(
  text: string,
  models: ReadonlySet<string | null | undefined>,
): { model: string; kind: Kind | undefined } {
  const [, name, kind] =
    /^(?:[\w ]+ \| )?(\S+)(?: \w+)?, (input|cached input|cache writes|output)(?:, .*)?$/.exec(text) ?? []
  if (name !== undefined) return { model: name, kind: KIND_OF[kind!] }
  return { model: models.has(text) ? text : '', kind: undefined }
}

interface Bucket<Result> {
  start_time: number
  results: Result[]
}

interface UsageResult {
  input_tokens: number
  input_cached_tokens?: number
  input_cache_write_tokens?: number
  output_tokens?: number
  num_model_requests: number
  model?: string | null
  api_key_id?: string | null
  batch?: boolean | null
  service_tier?: string | null
}

interface CostResult {
  amount?: { value?: number | string; currency?: string }
  line_item?: string | null
}
