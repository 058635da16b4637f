/**
 * Watches the whole chain from outside: a synthetic call a minute through the Collector, which has to come out in the trace
 * store with its price, and in Prometheus' counters. docs/probe.md. It needs Node 24, and nothing else.
 *
 * `GET :8080/metrics` for Prometheus. ALERTMANAGER_URL: told without Prometheus. PROBE_HEARTBEAT_URL: gets a POST after each
 * call that came out right, for a service outside that alarms when none comes.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { metrics, Probe, STAGES, words, type Outcome } from './probe.ts'
import { alarm, heartbeat } from './tell.ts'

const { env } = process
const every = Number(env['PROBE_SECONDS'] || 60) * 1000
const probe = new Probe({
  collector: env['OTEL_EXPORTER_OTLP_ENDPOINT'] || 'http://collector:4318',
  traces: env['PROBE_TRACES_URL'] || 'http://tempo:3200/api/v2/traces',
  prometheus: env['PROBE_PROMETHEUS_URL'] || 'http://prometheus:9090',
  patience: every * 0.75,
})

let outcome: Outcome | undefined
let lastRight: number | undefined
createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4')
  response.end(metrics(outcome, lastRight))
}).listen(8080)
process.once('SIGTERM', () => process.exit())

const log = (level: string, message: string, more = {}) =>
  console.log(JSON.stringify({ level, time: new Date().toISOString(), message, ...more }))
const told = (what: string) => (error: unknown) => log('error', `${what}: ${words(error)}`)

let wrong = 0
for (;;) {
  const began = Date.now()
  outcome = await probe.run()
  const right = STAGES.every((stage) => !(stage in outcome!))
  if (right) lastRight = Date.now()
  wrong = right ? 0 : wrong + 1
  if (!right) log('warn', 'the synthetic call did not come out right', outcome)
  // The second time: a restart of a part is no alarm.
  if (wrong >= 2 && env['ALERTMANAGER_URL'])
    await alarm(env['ALERTMANAGER_URL'], outcome, 3 * every).catch(told('Alertmanager was not told'))
  if (right && env['PROBE_HEARTBEAT_URL'])
    await heartbeat(env['PROBE_HEARTBEAT_URL']).catch(told('no heartbeat'))
  await sleep(Math.max(0, began + every - Date.now()))
}
