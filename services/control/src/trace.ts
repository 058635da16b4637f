import { z } from 'zod'
import { fetchJson } from './fetch-json.ts'
import type { Scenario } from './scenario.ts'

const searchAnswer = z.object({
  traces: z.array(z.object({ traceID: z.string(), startTimeUnixNano: z.string().optional() })).default([]),
})

/**
 * The newest trace of a scenario, by its id. Undefined where there is none yet: the newest half minute may be hidden.
 *
 * @param since when it was turned on, in milliseconds since the epoch
 * @throws where Tempo does not answer
 */
export async function findTrace(
  tempoUrl: string,
  { traceql, tracesBefore = 0 }: Scenario,
  since: number,
): Promise<string | undefined> {
  const range = { start: Math.floor(since / 1000) - tracesBefore * 60, end: Math.ceil(Date.now() / 1000) + 1 }
  const query = new URLSearchParams({ q: traceql, limit: '20', start: `${range.start}`, end: `${range.end}` })
  const { traces } = await fetchJson(`${tempoUrl}/api/search?${query.toString()}`, searchAnswer, {}, 10_000)
  const newestFirst = traces.sort((a, b) =>
    (b.startTimeUnixNano ?? '').localeCompare(a.startTimeUnixNano ?? ''),
  )
  return newestFirst[0]?.traceID.padStart(32, '0')
}

/** Where a browser finds a trace: Grafana's Explore, or Tempo's own API, which answers JSON. */
export function traceUrl(traceId: string, where: { grafana?: string | undefined; tempo: string }): string {
  if (where.grafana === undefined) return `${where.tempo}/api/v2/traces/${traceId}`
  return exploreUrl(where.grafana, traceId)
}

/** Where a browser sees all traces that match. */
export function exploreUrl(grafana: string, query: string): string {
  // The data source that grafana/provisioning names so.
  const datasource = { type: 'tempo', uid: 'tempo' }
  const panes = {
    traces: {
      datasource: datasource.uid,
      queries: [{ refId: 'A', datasource, queryType: 'traceql', query, limit: 20 }],
      range: { from: 'now-1h', to: 'now' },
    },
  }
  return `${grafana}/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify(panes))}`
}
