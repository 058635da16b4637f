import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

/** A Prometheus query as a panel, a variable or an annotation of a dashboard asks it. */
export interface Target {
  /** Title of the panel, or the name of the variable or annotation. */
  where: string
  expr: string
  /** Asked for one moment, not for a graph. */
  instant: boolean
}

/** Every Prometheus query of a dashboard. Those of variables are the selector inside `label_values`. */
export function targets(dashboard: Dashboard): Target[] {
  const ofPanels = (dashboard.panels ?? []).flatMap((panel) =>
    ((('targets' in panel && panel.targets) || []) as Dataquery[]).map(({ expr, instant = false }) => ({
      where: panel.title ?? '',
      expr,
      instant,
    })),
  )
  const ofVariables = (dashboard.templating.list ?? []).flatMap(({ name, definition }) => {
    const selector = definition?.match(/^label_values\((.*), \w+\)$/)?.[1]
    return selector === undefined ? [] : [{ where: name, expr: selector, instant: true }]
  })
  const ofAnnotations = (dashboard.annotations.list ?? []).flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ where: name, expr, instant: false }],
  )
  return [...ofPanels, ...ofVariables, ...ofAnnotations]
}

/** The query as Prometheus gets it when everything is selected. `range` is the time range, e.g. `1h`. */
export const withEverythingSelected = (expr: string, range: string) =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', range).replaceAll(/\$\w+/g, '.*')
