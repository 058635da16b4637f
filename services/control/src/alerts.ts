import { z } from 'zod'
import { fetchJson } from './fetch-json.ts'

const strings = z.record(z.string(), z.string())

const prometheusAnswer = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.enum(['pending', 'firing']),
        activeAt: z.string(),
        labels: strings,
        annotations: strings,
      }),
    ),
  }),
})

const inboxAnswer = z.array(
  z.object({
    received_at: z.string(),
    status: z.enum(['firing', 'resolved']),
    labels: strings,
    annotations: strings,
  }),
)

/** What of an alert is shown. */
export interface AlertView {
  name: string
  severity: string
  summary: string
  /** Absent where the rule has none. */
  runbook_url?: string
  dashboard_url?: string
}

export interface ActiveAlert extends AlertView {
  state: 'pending' | 'firing'
  /** ISO 8601. */
  since: string
}

export interface Delivery extends AlertView {
  status: 'firing' | 'resolved'
  /** ISO 8601. */
  received_at: string
}

/** What is pending and firing, firing first. @throws where Prometheus does not answer */
export async function activeAlerts(prometheusUrl: string): Promise<ActiveAlert[]> {
  const { data } = await fetchJson(`${prometheusUrl}/api/v1/alerts`, prometheusAnswer)
  return data.alerts
    .map(({ state, activeAt, ...alert }) => ({ ...view(alert), state, since: activeAt }))
    .sort((a, b) => a.state.localeCompare(b.state) || a.name.localeCompare(b.name))
}

/** The last messages that Alertmanager delivered, newest first. @throws where the inbox does not answer */
export async function deliveries(inboxUrl: string, limit = 20): Promise<Delivery[]> {
  const messages = await fetchJson(`${inboxUrl}/alerts`, inboxAnswer)
  return messages
    .map(({ status, received_at, ...alert }) => ({ ...view(alert), status, received_at }))
    .sort((a, b) => b.received_at.localeCompare(a.received_at))
    .slice(0, limit)
}

function view({
  labels,
  annotations,
}: {
  labels: Record<string, string>
  annotations: Record<string, string>
}): AlertView {
  const { summary, runbook_url, dashboard_url } = annotations
  return {
    name: labels['alertname'] ?? '',
    severity: labels['severity'] ?? '',
    summary: summary ?? '',
    ...(isWeb(runbook_url) && { runbook_url }),
    ...(isWeb(dashboard_url) && { dashboard_url }),
  }
}

/** A link of another kind would run in the page. */
const isWeb = (url: string | undefined): url is string => url !== undefined && /^https?:\/\//.test(url)
