/**
 * Starts the stack, makes a call of each kind and reads it back from the other end. Ends with an error that names the
 * broken link where something does not arrive.
 */
import { styleText } from 'node:util'
import { finish, say, step } from '../images/lib/progress.ts'
import { composeVariables, ImagesError, resolve } from '../images/resolve.ts'
import { BrokenLink } from './lib/broken-link.ts'
import { makeCalls } from './lib/calls.ts'
import { checkAlertmanager, checkRules, findTrace, findUsage } from './lib/chain.ts'
import { servicesWithChangedFiles } from './lib/changed-files.ts'
import { Compose, ComposeError } from './lib/compose.ts'
import { countedOnce } from './lib/counted-once.ts'
import { waitUntilHealthy } from './lib/health.ts'
import { modelUsage } from './lib/model-usage.ts'
import { report } from './lib/report.ts'
import { callsAmong } from './lib/stored-call.ts'
import { TRACE_STORES, traceStoreOf } from './lib/trace-store.ts'

async function up(): Promise<string> {
  const { images, missing } = await resolve(['docker-compose.yml'])
  const compose = await Compose.open(composeVariables(images))
  const leftOut = missing.get('GRAFANA_IMAGE')
  const traces = traceStoreOf(images)
  const whyNotTempo = traces === 'tempo' ? undefined : missing.get('TEMPO_IMAGE')
  const without = [...(leftOut === undefined ? [] : ['grafana']), traces === 'tempo' ? 'jaeger' : 'tempo']
  const services = Object.keys(compose.services).filter((name) => !without.includes(name))
  if (leftOut !== undefined) say('up', `without Grafana: ${leftOut}`)
  if (whyNotTempo !== undefined) say('up', `Jaeger in place of Tempo: ${whyNotTempo}`)

  await timed('build the services’ image', () => compose.build())
  await timed('start', () => compose.run('up', '--detach', '--no-build', ...services))
  const changed = await servicesWithChangedFiles(compose)
  if (changed.length > 0) {
    await timed(`restart ${changed.join(', ')}, whose files changed`, () =>
      compose.run('restart', ...changed),
    )
  }
  await waitUntilHealthy(compose, services)

  const prometheus = urlOf(compose, 'prometheus', 9090)
  const before = await modelUsage(prometheus)
  const calls = await timed('a call of each kind', () => makeCalls(compose))
  const store = TRACE_STORES[traces].open(urlOf(compose, traces, TRACE_STORES[traces].port))
  const found = await timed(`read the traces back from ${store.name}`, () =>
    Promise.all(calls.map((call) => findTrace(store, prometheus, call))),
  )
  const usage = await timed('read the numbers back from Prometheus', () =>
    findUsage(prometheus, countedOnce(callsAmong(found.flat())), before),
  )
  const agent = Math.max(
    0,
    calls.findIndex((call) => call.service === 'support-agent'),
  )
  const alerts = await checkRules(prometheus)
  await checkAlertmanager(prometheus)
  return report({
    compose,
    services,
    leftOut,
    usage,
    store: store.name,
    whyNotTempo,
    trace: found[agent]!,
    traceId: calls[agent]!.traceId,
    alerts,
  })
}

async function timed<T>(label: string, task: () => Promise<T>): Promise<T> {
  const began = Date.now()
  step('up', label)
  const result = await task()
  finish('up', `done: ${label}`, Date.now() - began)
  return result
}

function urlOf(compose: Compose, service: string, port: number): string {
  const url = compose.url(service, port)
  if (url === undefined) throw new ComposeError(`docker-compose.yml publishes no port ${port} of ${service}`)
  return url
}

try {
  console.log(await up())
} catch (error) {
  // What these say is for the user; anything else is a defect, with its stack.
  const known = error instanceof BrokenLink || error instanceof ImagesError || error instanceof ComposeError
  console.error(styleText('red', known ? error.message : String((error as Error).stack ?? error)))
  process.exit(1)
}
