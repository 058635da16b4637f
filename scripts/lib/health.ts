import { say } from '../../images/lib/progress.ts'
import { BrokenLink } from './broken-link.ts'
import type { Compose, Container } from './compose.ts'
import { eventually } from './eventually.ts'
import { TRACE_STORES } from './trace-store.ts'

/** How long the stack may take from its start until everything answers. */
const startMs = 180_000

/** What has no health check in its image tells by HTTP when it is ready. */
const readiness: readonly { service: string; port: number; path: string }[] = [
  { service: 'collector', port: 13133, path: '/' },
  ...Object.entries(TRACE_STORES).map(([service, { port, ready }]) => ({ service, port, path: ready })),
  { service: 'prometheus', port: 9090, path: '/-/ready' },
]

/** Waits until every container of these services is healthy. @throws BrokenLink naming the first that is not. */
export async function waitUntilHealthy(compose: Compose, services: readonly string[]): Promise<void> {
  const began = Date.now()
  let told = ''
  await eventually(async () => {
    const waiting = notHealthy(await compose.containers(), services, compose.services)
    for (const { service, port, path } of readiness) {
      if (!services.includes(service) || waiting.has(service)) continue
      if (!(await answers(compose.url(service, port) + path))) {
        waiting.set(service, `${path} on port ${port} does not answer`)
      }
    }
    if (waiting.size === 0) return
    const names = [...waiting.keys()].join(', ')
    if (names !== told) say('up', `waits for ${names}`)
    told = names
    const [service, seen] = [...waiting][0] as [string, string]
    throw new BrokenLink(`${service} is not healthy`, seen, `docker compose logs --tail 50 ${service}`)
  }, startMs)
  say('up', `all healthy after ${Math.round((Date.now() - began) / 1000)} s`)
}

/** The services that are not as they should be, and how they are instead. */
export function notHealthy(
  containers: readonly Container[],
  services: readonly string[],
  config: Readonly<Record<string, { restart?: string }>>,
): Map<string, string> {
  const waiting = new Map<string, string>()
  for (const service of services) {
    const container = containers.find((container) => container.Service === service)
    if (container === undefined) waiting.set(service, 'it has no container')
    // Its work is done.
    else if (config[service]?.restart === 'no' && container.State === 'exited' && container.ExitCode === 0)
      continue
    else if (container.State !== 'running')
      waiting.set(service, `${container.State}, exit code ${container.ExitCode}`)
    else if (container.Health !== '' && container.Health !== 'healthy') waiting.set(service, container.Health)
  }
  return waiting
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(3000) })).ok
  } catch {
    return false
  }
}
