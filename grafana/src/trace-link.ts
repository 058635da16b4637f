import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { tempo } from './variables.ts'

/** Narrows spans like the dashboard. `pipe` writes several values as `a|b`; spans of calls and of their HTTP attempts have these attributes. */
export const selectedSpans =
  'resource.service.name =~ "${service:pipe}" && span.gen_ai.request.model =~ "${model:pipe}"'

/** Those that count as calls: HTTP attempts, tools and agents have spans of their own. */
export const selectedCalls = `${selectedSpans} && span.gen_ai.operation.name =~ "chat|generate_content|text_completion|embeddings"`

/**
 * A link from a panel to the traces behind it, in the same time range.
 *
 * @param query TraceQL, with the dashboard's variables in the form `${name}`
 */
export function traceLink(title: string, query: string): DashboardLinkBuilder {
  const panes = {
    traces: {
      datasource: tempo.uid,
      queries: [{ refId: 'A', datasource: tempo, queryType: 'traceql', query, limit: 50 }],
      range: { from: '${__from}', to: '${__to}' },
    },
  }
  // Grafana finds its variables in the address only as they are written, not percent-encoded.
  const encoded = encodeURIComponent(JSON.stringify(panes)).replace(
    /%24%7B(\w+)(?:%3A(\w+))?%7D/g,
    (_, name: string, format?: string) => (format ? `\${${name}:${format}}` : `\${${name}}`),
  )
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(`/explore?schemaVersion=1&orgId=1&panes=${encoded}`)
    .targetBlank(true)
}
