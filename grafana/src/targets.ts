import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import type { Dataquery as TempoDataquery } from '@grafana/grafana-foundation-sdk/tempo'

/** A Prometheus query as a panel, a variable or an annotation of a dashboard asks it. */
export interface Target {
  /** Title of the panel, or the name of the variable or annotation. */
  where: string
  expr: string
  /** Asked for one moment, not for a graph. */
  instant: boolean
}

/** A TraceQL query of a panel. */
export interface TraceTarget {
  where: string
  query: string
  limit: number
  spss: number
}

type Query = Dataquery & TempoDataquery

const queriesOfPanels = (dashboard: Dashboard) =>
  (dashboard.panels ?? []).flatMap((panel) =>
    ((('targets' in panel && panel.targets) || []) as Query[]).map((query) => ({
      where: panel.title ?? '',
      query,
    })),
  )

/** Every Prometheus query of a dashboard. Those of variables are the selector inside `label_values`. */
export function targets(dashboard: Dashboard): Target[] {
  const ofPanels = queriesOfPanels(dashboard)
    .filter(({ query }) => query.expr !== undefined)
    .map(({ where, query: { expr, instant = false } }) => ({ where, expr, instant }))
  const ofVariables = (dashboard.templating.list ?? []).flatMap(({ name, definition }) => {
    const selector = definition?.match(/^label_values\((.*), \w+\)$/)?.[1]
    return selector === undefined ? [] : [{ where: name, expr: selector, instant: true }]
  })
  const ofAnnotations = (dashboard.annotations.list ?? []).flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ where: name, expr, instant: false }],
  )
  return [...ofPanels, ...ofVariables, ...ofAnnotations]
}

/** Every TraceQL query of a dashboard. */
export const traceTargets = (dashboard: Dashboard): TraceTarget[] =>
  queriesOfPanels(dashboard)
    .filter(({ query }) => query.queryType === 'traceql')
    .map(({ where, query: { query, limit, spss } }) => ({
      where,
      query: query ?? '',
      limit: limit ?? 20,
      spss: spss ?? 3,
    }))

/**
 * The query as its data source gets it when everything is selected. `range` is the time range in seconds, `rateInterval`
 * what Grafana takes rates over: four times the 15 s from one point to the next, or a little more than the graph's step.
 */
export const withEverythingSelected = (query: string, range: number, rateInterval = '60s') =>
  query
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range_s', String(range))
    .replaceAll('$__range', `${range}s`)
    .replaceAll(/\$\{\w+:pipe\}|\$\w+/g, '.*')
