import { BrokenLink } from './broken-link.ts'
import type { AnsweredCall } from './calls.ts'
import { eventually } from './eventually.ts'
import { modelUsage, type ModelUsage } from './model-usage.ts'
import { query } from './prometheus.ts'
import type { StoredCall } from './stored-call.ts'
import type { StoredSpan } from './stored-span.ts'
import type { TraceStore } from './trace-store.ts'

/** Batches and flushes on the way take some ten seconds; a machine with two cores has its own idea. */
const arrivalMs = 90_000

const spansIn = 'sum(otelcol_receiver_accepted_spans_total)'

/** The spans of a call, once the trace store has its root and a model call. @throws BrokenLink */
export async function findTrace(
  store: TraceStore,
  prometheusUrl: string,
  call: AnsweredCall,
  timeout = arrivalMs,
): Promise<StoredSpan[]> {
  const accepted = await number(prometheusUrl, spansIn)
  const service = store.name.toLowerCase()
  return eventually(async () => {
    const spans = await store.spans(call.traceId).catch((error: unknown) => {
      throw new BrokenLink(`${store.name} answers`, String(error), `docker compose logs --tail 50 ${service}`)
    })
    const complete = spans.some((span) => span.service === call.service && span.kind === 'server')
    if (complete && spans.some((span) => 'gen_ai.operation.name' in span.attributes)) return spans
    const seen = `trace ${call.traceId} has ${spans.length} spans in ${store.name}, ${complete ? 'no model call among them' : 'the call itself is not among them'}`
    throw (await number(prometheusUrl, spansIn)) > accepted || spans.length > 0
      ? new BrokenLink(
          `Collector → ${store.name}`,
          seen,
          `docker compose logs --tail 50 collector ${service}`,
        )
      : new BrokenLink(
          `${call.service} → Collector`,
          `${seen}, and the Collector has received no span since`,
          `docker compose logs --tail 50 ${call.service} collector`,
        )
  }, timeout)
}

/**
 * The usage table, once everything that these calls used is in it: durations and tokens come each in their own time, and
 * calls that failed have no tokens. What else is counted meanwhile only adds to it.
 *
 * @throws BrokenLink
 */
export async function findUsage(
  prometheusUrl: string,
  calls: readonly StoredCall[],
  before: readonly ModelUsage[],
  timeout = arrivalMs,
): Promise<ModelUsage[]> {
  return eventually(async () => {
    const usage = await modelUsage(prometheusUrl)
    for (const { service, model } of calls) {
      const same = (row: { service: string; model: string }) => row.service === service && row.model === model
      const used = calls.filter(same)
      const now = usage.find(same)
      const earlier = before.find(same)
      for (const [column, expected] of [
        ['calls', used.length],
        ['input', sum(used.map((call) => call.input))],
        ['output', sum(used.map((call) => call.output))],
      ] as const) {
        const counted = (now?.[column] ?? 0) - (earlier?.[column] ?? 0)
        if (counted >= expected) continue
        throw new BrokenLink(
          'Collector → Prometheus',
          `${counted} of at least ${expected} ${column === 'calls' ? 'calls' : `${column} tokens`} of ${service} to ${model} are counted`,
          'docker compose logs --tail 50 collector prometheus',
        )
      }
    }
    return usage
  }, timeout)
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

interface RuleGroups {
  data: {
    groups: { name: string; rules: { name: string; type: string; health: string; lastError?: string }[] }[]
  }
}

/** How many alert rules Prometheus has loaded, all of them evaluating without error. @throws BrokenLink */
export async function checkRules(prometheusUrl: string): Promise<number> {
  const advice = 'docker compose logs --tail 50 prometheus, and the rule files in alerts/'
  return eventually(async () => {
    const response = await fetch(`${prometheusUrl}/api/v1/rules`)
    const rules = ((await response.json()) as RuleGroups).data.groups.flatMap((group) => group.rules)
    const broken = rules.find((rule) => rule.health === 'err')
    if (broken) throw new BrokenLink(`rule ${broken.name} evaluates`, broken.lastError ?? 'an error', advice)
    const alerts = rules.filter((rule) => rule.type === 'alerting').length
    if (alerts === 0) throw new BrokenLink('alert rules are loaded', 'Prometheus has none', advice)
    return alerts
  }, 15_000)
}

/** @throws BrokenLink unless Prometheus sends alerts to an Alertmanager. */
export async function checkAlertmanager(prometheusUrl: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${prometheusUrl}/api/v1/alertmanagers`)
    const { data } = (await response.json()) as { data: { activeAlertmanagers: unknown[] } }
    if (data.activeAlertmanagers.length > 0) return
    throw new BrokenLink(
      'Prometheus → Alertmanager',
      'Prometheus knows no Alertmanager',
      'docker compose logs --tail 50 prometheus alertmanager',
    )
  }, 15_000)
}

async function number(prometheusUrl: string, promql: string): Promise<number> {
  return (await query(prometheusUrl, promql))[0]?.value ?? 0
}
