import type { Compose } from './compose.ts'
import type { ModelUsage } from './model-usage.ts'
import { table } from './table.ts'
import type { StoredSpan } from './stored-span.ts'

/** What is printed when everything arrived. */
export interface Report {
  compose: Compose
  services: readonly string[]
  /** Why Grafana was left out. */
  leftOut: string | undefined
  usage: readonly ModelUsage[]
  /** Where it is: Tempo, or Jaeger. */
  store: string
  /** Why it is not Tempo. */
  whyNotTempo: string | undefined
  trace: readonly StoredSpan[]
  traceId: string
  /** Number of alert rules. */
  alerts: number
}

const places: readonly [label: string, service: string, port: number][] = [
  ['Grafana', 'grafana', 3000],
  ['Prometheus', 'prometheus', 9090],
  ['Alertmanager', 'alertmanager', 9093],
  ['Tempo (API)', 'tempo', 3200],
  ['Jaeger (API)', 'jaeger', 16686],
  ['OTLP/HTTP', 'collector', 4318],
  ['OTLP/gRPC', 'collector', 4317],
  ['chat-api', 'chat-api', 8080],
  ['support-agent', 'support-agent', 8080],
  ['summarizer', 'summarizer', 8080],
  ['LLM simulator', 'llm-simulator', 8080],
  ['Scenarios', 'control', 8080],
]

/** The report as text. */
export function report(all: Report): string {
  const { compose, services, leftOut, usage, store, whyNotTempo, trace, traceId, alerts } = all
  const urls = places
    .filter(([, service]) => services.includes(service))
    .map(([label, service, port]) => `${label.padEnd(14)} ${compose.url(service, port) ?? 'not published'}`)
  const head = ['service', 'model', 'calls', 'tokens in', 'cached', 'out', 'cost USD', 'p95']
  const rows = usage.map((row) => [
    ...[row.service, row.model],
    ...[row.calls, row.input, row.cached, row.output].map((count) => count.toLocaleString('en-US')),
    row.cost === undefined ? 'no price' : row.cost.toFixed(6),
    row.p95 === undefined ? '-' : `${row.p95.toFixed(2)} s`,
  ])
  const where = [...new Set(trace.map((span) => span.service))].join(', ')
  return [
    '',
    ...urls,
    ...(leftOut === undefined ? [] : [`${'Grafana'.padEnd(14)} left out: ${leftOut}`]),
    '',
    'As Prometheus has it:',
    table(head, rows, 2),
    '',
    `As ${store} has it: trace ${traceId}, ${trace.length} spans in ${where}`,
    ...(whyNotTempo === undefined ? [] : [`(${store} in place of Tempo: ${whyNotTempo})`]),
    `${alerts} alert rules are loaded.`,
  ].join('\n')
}
