import type { Outcome } from './probe.ts'

const RUNBOOK =
  'https://github.com/genai-otel-kit/genai-otel-kit/blob/main/alerts/runbooks/PipelineProbeFailing.md'

async function post(url: string, body?: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
}

/**
 * Fires the alert of alerts/rules/probe.rules.yaml at Alertmanager itself, with its labels, so that it comes once when
 * Prometheus fires it too, and comes all the same when Prometheus is what is broken.
 */
export const alarm = (alertmanager: string, outcome: Outcome, lastsMs: number): Promise<void> =>
  post(
    `${alertmanager}/api/v2/alerts`,
    Object.entries(outcome).map(([stage, why]) => ({
      labels: { alertname: 'PipelineProbeFailing', severity: 'critical', owner: 'ai-platform', stage },
      annotations: {
        summary: `A synthetic call does not come out right: ${stage}`,
        description: `${why}.`,
        runbook_url: RUNBOOK,
        dashboard_url: 'http://localhost:3000/d/genai-pipeline',
      },
      endsAt: new Date(Date.now() + lastsMs).toISOString(),
    })),
  )

/** That all is well: who misses it alarms. */
export const heartbeat = (url: string): Promise<void> => post(url)
