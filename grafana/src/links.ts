import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { type Variable, variables } from './query.ts'

/** The ids of the dashboards, which links name: a wrong one is a type error. */
export type Id =
  | 'overview'
  | 'latency'
  | 'cost'
  | 'models'
  | 'errors'
  | 'cache'
  | 'agents'
  | 'coding-agents'
  | 'slo'
  | 'pipeline'

export const uid = (id: Id) => `genai-${id}`

/** Where to look next with what is clicked on: `set` puts the clicked value into a variable. */
export interface Drill {
  to: Id
  set: Variable
  /** Grafana's name for the value, e.g. `__value.raw`. */
  from?: string
}

/** The address of another dashboard, with the time range and the variables kept. */
function address(to: Id, set?: { variable: Variable; from: string }): string {
  const kept = variables.filter((name) => name !== set?.variable).map((name) => `\${${name}:queryparam}`)
  const changed = set ? [`var-${set.variable}=\${${set.from}:percentencode}`] : []
  return `/d/${uid(to)}?\${__url_time_range}&${[...kept, ...changed].join('&')}`
}

/** A link in a panel's header. */
export const dashboardLink = (to: Id, title: string) =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(address(to))

/** A link from a series or a cell. */
export const drillLink = ({ to, set, from = '__value.raw' }: Drill) => ({
  title: `${to[0]!.toUpperCase()}${to.slice(1)} of this ${set}`,
  url: address(to, { variable: set, from }),
})
