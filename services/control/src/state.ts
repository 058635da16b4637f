import { activeAlerts, deliveries } from './alerts.ts'
import type { ActiveAlert, Delivery } from './alerts.ts'
import type { Scenario } from './scenario.ts'
import type { Settings } from './settings.ts'
import type { Steered } from './steering.ts'
import { exploreUrl, findTrace, traceUrl } from './trace.ts'

/** What `GET /api/state` answers. */
export interface State {
  scenario: { name: string; since: string; applied: boolean; problem?: string; rate_per_minute?: number }
  /** The scenario's: what it should set off, and where to look. */
  expected: { name: string; state: 'inactive' | 'pending' | 'firing' }[]
  /** null where Prometheus does not answer. */
  alerts: ActiveAlert[] | null
  /** null where the inbox does not answer. */
  deliveries: Delivery[] | null
  links: { dashboard?: string; traces?: string; trace?: string }
  /** Nothing but the ordinary day can be had: the services call a real API. */
  real_models: boolean
}

/** Asks everything that the page shows, all at once; what does not answer is left out. */
export async function observe(settings: Settings, steered: Readonly<Steered>): Promise<State> {
  const { scenario } = steered
  const [alerts, delivered, hasGrafana, traceId] = await Promise.all([
    activeAlerts(settings.PROMETHEUS_URL).catch(() => null),
    deliveries(settings.ALERT_INBOX_URL).catch(() => null),
    answers(`${settings.GRAFANA_URL}/api/health`),
    findTrace(settings.TEMPO_URL, scenario, steered.since).catch(() => undefined),
  ])
  const grafana = hasGrafana ? settings.GRAFANA_PUBLIC_URL : undefined
  return {
    scenario: {
      name: scenario.name,
      since: new Date(steered.since).toISOString(),
      applied: steered.applied,
      ...(steered.problem !== undefined && { problem: steered.problem }),
      ...(steered.ratePerMinute !== undefined && { rate_per_minute: steered.ratePerMinute }),
    },
    expected: scenario.alerts.map((name) => ({ name, state: stateOf(name, alerts ?? []) })),
    alerts,
    deliveries: delivered,
    links: {
      ...(grafana !== undefined && dashboards(grafana, scenario)),
      ...(traceId !== undefined && {
        trace: traceUrl(traceId, { grafana, tempo: settings.TEMPO_PUBLIC_URL }),
      }),
    },
    real_models: settings.REAL_MODELS !== '',
  }
}

function dashboards(grafana: string, scenario: Scenario) {
  return {
    dashboard: `${grafana}/d/${scenario.dashboard}?from=now-30m&to=now`,
    traces: exploreUrl(grafana, scenario.traceql),
  }
}

function stateOf(name: string, alerts: readonly ActiveAlert[]) {
  const states = alerts.filter((alert) => alert.name === name).map(({ state }) => state)
  return states.includes('firing') ? 'firing' : states.includes('pending') ? 'pending' : 'inactive'
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}
