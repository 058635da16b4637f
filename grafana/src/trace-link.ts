import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { type Variable, variables } from './query.ts'
import { tempo } from './variables.ts'

/** Where spans have what the variables are about. */
const attribute: Record<Variable, string> = {
  environment: 'resource.deployment.environment.name',
  service: 'resource.service.name',
  feature: 'span.app.feature',
  provider: 'span.gen_ai.provider.name',
  model: 'span.gen_ai.request.model',
}

/**
 * Narrows spans like the dashboard. `pipe` writes several values as `a|b`. "All" is `.*`, which in TraceQL does not find
 * spans without the attribute: hence the comparison of the two texts.
 */
export const selected = (...of: readonly Variable[]) =>
  of.map((name) => `(${attribute[name]} =~ "\${${name}:pipe}" || "\${${name}:pipe}" = ".*")`).join(' && ')

/** Spans of calls and of their HTTP attempts have all of these. */
export const selectedSpans = selected(...variables)

/** A span of a call, whoever reports it. */
export const anyCall = 'span.genai.role = "inference"'
/** Those that count as calls: HTTP attempts, tools and agents have spans of their own. */
export const selectedCalls = `${anyCall} && ${selectedSpans}`

/** A span of a call that tells its usage. */
const told = `${anyCall} && span.gen_ai.usage.input_tokens > 0`

/**
 * Each call once, as the Collector counts it (docs/once.md): where several layers report a call, the innermost that tells
 * its usage. Here that is a span with none of `inner` below it. Tempo knows what is below from the parents of spans, so
 * that of siblings, and in a trace without its root, each counts.
 *
 * @param calls a filter of spans of calls
 * @param inner what a span further in has to be to count in their place; for calls that may have no usage, any call
 */
export const once = (calls: string, inner = told) => `({ ${inner} } !<< { ${calls} })`

/** For the description of a panel. */
export const countsOnce =
  'A call that several spans report is here once: the innermost that tells its usage. Siblings are not told apart.'

export const selectedAttempts = `span.genai.role = "attempt" && ${selectedSpans}`
/** Agents and tools have no model of their own. */
export const selectedAgents = `span.genai.role = "agent" && ${selected('environment', 'service', 'feature')}`
export const selectedTools = `span.genai.role = "tool" && ${selected('environment', 'service', 'feature')}`

/** The address of Explore with a query in it: TraceQL, or a trace's id. */
function explore(query: string): string {
  const panes = {
    traces: {
      datasource: tempo.uid,
      queries: [{ refId: 'A', datasource: tempo, queryType: 'traceql', query, limit: 50 }],
      range: { from: '${__from}', to: '${__to}' },
    },
  }
  // Grafana finds its variables in the address only as they are written, not percent-encoded.
  const encoded = encodeURIComponent(JSON.stringify(panes)).replace(
    /%24%7B([\w.]+)(?:%3A(\w+))?%7D/g,
    (_, name: string, format?: string) => (format ? `\${${name}:${format}}` : `\${${name}}`),
  )
  return `/explore?schemaVersion=1&orgId=1&panes=${encoded}`
}

/** Where a trace is shown, by its id. */
export const traceAddress = (id: string) => explore(id)

/**
 * A link from a panel to the traces behind it, in the same time range.
 *
 * @param query TraceQL, with the dashboard's variables in the form `${name}`
 */
export const traceLink = (title: string, query: string) =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(explore(query)).targetBlank(true)
