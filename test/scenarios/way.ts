import { readdirSync, readFileSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../lib/docker.ts'
import type { Message } from './watch.ts'

/** The committed dashboards, by uid, as text. */
const dashboards = new Map(
  readdirSync(join(root, 'grafana/dashboards'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(root, 'grafana/dashboards', file), 'utf8')
      return [(JSON.parse(text) as { uid: string }).uid, text]
    }),
)

/**
 * What is missing on the way from a message to a guilty trace: the message has a link to its runbook, and one to a
 * dashboard about its service, from which a panel leads on to traces.
 */
export async function missingOnTheWay({ name, labels, annotations }: Message): Promise<string[]> {
  const missing: string[] = []
  const runbook = /alerts\/runbooks\/\w+\.md$/.exec(annotations['runbook_url'] ?? '')?.[0]
  if (runbook === undefined || !(await exists(runbook))) missing.push(`${name} has no runbook`)

  const url = URL.parse(annotations['dashboard_url'] ?? '')
  const uid = url?.pathname.split('/')[2] ?? ''
  const dashboard = dashboards.get(uid)
  if (dashboard === undefined) missing.push(`${name}: there is no dashboard "${uid}"`)
  else if (!/"queryType": "traceql"|queryType%22%3A%22traceql/.test(dashboard)) {
    missing.push(`${name}: no panel of ${uid} leads to traces`)
  }
  const service = labels['service_name']
  if (service !== undefined && url?.searchParams.get('var-service') !== service) {
    missing.push(`${name}: its dashboard is not about ${service}`)
  }
  return missing
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(join(root, path))
    return true
  } catch {
    return false
  }
}
