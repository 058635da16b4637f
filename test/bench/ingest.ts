/**
 * What taking in a span costs, with tokens and cost derived: CPU time per span of the Collector, Prometheus and the trace
 * store here, and of Phoenix and MLflow with their stores. The same spans for all, which OpenInference's instrumentations
 * exported: what Phoenix is made for. `npm run bench:ingest` prints the table of docs/performance.md;
 * docs/measurements/ingest.md says how it is read.
 *
 *   --rounds=3      how often each is measured; the medians are printed
 *   --spans=12800   for the Collector in a round, at --rate=1500 a second
 *   --theirs=768    for the others in a round, one request after the other
 *   --batch=64      spans in a request
 *
 * The first run installs MLflow and Phoenix into `.cache/backends` (2 GB), as `npm run backends:real` does. Phoenix is under the
 * Elastic License 2.0: it is run as its makers publish it.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Network } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { spread } from '../../scripts/lib/spread.ts'
import { installPython, startMlflow, startPhoenix, VERSIONS } from '../backends/installed.ts'
import { mlflow, phoenix, victoriaMetrics } from '../backends/stores.ts'
import type { Sums } from '../backends/stores.ts'
import {
  collectorContainer,
  jaegerContainer,
  prometheusContainer,
  QUEUE,
  tempoContainer,
} from '../lib/containers.ts'
import { freePorts } from '../lib/free-ports.ts'
import { ofContainers, ofProgram } from './ingest/usage.ts'
import type { Usage } from './ingest/usage.ts'
import { markdown } from './markdown.ts'
import { dialectExports, encode } from './spans.ts'
import type { Export, Payload } from './spans.ts'

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    spans: { type: 'string', default: '12800' },
    rate: { type: 'string', default: '1500' },
    theirs: { type: 'string', default: '768' },
    batch: { type: 'string', default: '64' },
  },
})
const ROUNDS = Number(options.rounds)
const BATCH = Number(options.batch)
const RATE = Number(options.rate)
/** Calls of outer layers wait, then their metrics are looked up, batched and sent. */
const HOLDS_SECONDS = 15

interface Target {
  name: string
  url: string
  headers?: Record<string, string>
  /** Spans in a round, and how many a second at most. */
  spans: number
  rate: number
  used(): Promise<Usage>
  /** What it has of them. */
  has(): Promise<Sums>
  stop(): Promise<unknown>
}

/** So many requests, each of spans of its own: stores know one again that they have. */
function requests({ resourceSpans: [recorded] }: Export, count: number): Export[] {
  const all = recorded!.scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ scope, span })))
  const now = BigInt(Date.now()) * 1_000_000n
  let next = 0
  return Array.from({ length: count }, () => {
    const scopes = new Map<string, Export['resourceSpans'][number]['scopeSpans'][number]>()
    for (let i = 0; i < BATCH; i++) {
      const { scope, span } = all[next++ % all.length]!
      const name = scope?.name ?? ''
      if (!scopes.has(name)) scopes.set(name, { ...(scope && { scope }), spans: [] })
      const took = BigInt(span['endTimeUnixNano'] as string) - BigInt(span['startTimeUnixNano'] as string)
      // In a trace of its own, as a call without an agent is.
      scopes.get(name)!.spans.push({
        ...span,
        traceId: randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        parentSpanId: '',
        startTimeUnixNano: String(now - took),
        endTimeUnixNano: String(now),
      })
    }
    return { resourceSpans: [{ ...recorded, scopeSpans: [...scopes.values()] }] }
  })
}

/** One after the other. @returns how many spans that were */
async function send({ name, url, headers, rate }: Target, payloads: Payload[]): Promise<number> {
  const start = Date.now()
  let sent = 0
  for (const { body } of payloads) {
    await sleep(Math.max(0, start + (sent / rate) * 1000 - Date.now()))
    const response = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: new Uint8Array(body),
    })
    if (!response.ok) throw new Error(`${name} answers ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
    sent += BATCH
  }
  return sent
}

/** The pipeline with its stores, as docker-compose.yml has them. */
async function ours(store: 'tempo' | 'jaeger'): Promise<Target> {
  const images = await resolveImages()
  const network = await new Network().start()
  const queue = await mkdtemp(join(tmpdir(), 'bench-queue-'))
  // The image's user is not ours.
  await chmod(queue, 0o777)
  const [traces, metrics] = await Promise.all([
    { tempo: tempoContainer, jaeger: jaegerContainer }
      [store](images)
      .withNetwork(network)
      .withExposedPorts(store === 'tempo' ? 3200 : 16686)
      .start(),
    prometheusContainer(images).withNetwork(network).withExposedPorts(9090).start(),
  ])
  const collector = await collectorContainer(images)
    .withNetwork(network)
    .withNetworkAliases('collector')
    .withBindMounts([{ source: queue, target: QUEUE }])
    .withExposedPorts(4318, 13133)
    .withEnvironment({ GOMEMLIMIT: '400MiB' })
    .withResourcesQuota({ memory: 0.5 })
    .withCommand(configFlags().map((flag) => flag.replace('send/tempo', `send/${store}`)))
    .start()
  const all = [collector, metrics, traces]
  return {
    name: `Collector, Prometheus, ${store === 'tempo' ? 'Tempo' : 'Jaeger (in memory)'}`,
    url: `http://${collector.getHost()}:${collector.getMappedPort(4318)}`,
    spans: Number(options.spans),
    rate: RATE,
    used: () => ofContainers(all.map((one) => one.getId())),
    has: () => victoriaMetrics(`http://${metrics.getHost()}:${metrics.getMappedPort(9090)}`),
    async stop() {
      for (const one of all) await one.stop()
      await network.stop()
      await rm(queue, { recursive: true, force: true })
    },
  }
}

type Program = Awaited<ReturnType<typeof startMlflow>>

function theirs(name: string, { child, url }: Program, has: Target['has'], headers = {}): Target {
  return {
    name,
    url,
    headers,
    spans: Number(options.theirs),
    rate: Infinity,
    used: () => Promise.resolve(ofProgram(child.pid!)),
    has,
    async stop() {
      child.kill('SIGTERM')
      // SQLite writes its files.
      await Promise.race([new Promise((resolve) => child.once('exit', resolve)), sleep(10_000)])
    },
  }
}

/** Waits until it uses little more than with nothing to do. @param idle CPU µs per ms */
async function settled(target: Target, idle: number) {
  for (let i = 0; i < 60; i++) {
    const before = (await target.used()).micros
    await sleep(1000)
    if ((await target.used()).micros - before < 1000 * (idle + 50)) return
  }
}

/** Starts all into `targets`. */
async function startAll(data: string, targets: Target[]) {
  const [mlflowPort, phoenixPort, phoenixGrpc] = await freePorts(3)
  const host = '127.0.0.1'
  const [ml, px] = await Promise.all([
    startMlflow(host, mlflowPort!, data),
    startPhoenix(host, phoenixPort!, phoenixGrpc!, data),
  ])
  targets.push(
    theirs(`Phoenix ${VERSIONS.phoenix} (SQLite)`, px, () => phoenix(px.url, 'default')),
    theirs(`MLflow ${VERSIONS.mlflow} (SQLite)`, ml, () => mlflow(ml.url), {
      'x-mlflow-experiment-id': '0',
    }),
  )
  // The first is what the others are compared with.
  targets.unshift(await ours('jaeger'))
  targets.unshift(await ours('tempo'))
}

async function measure(targets: Target[]) {
  const image = (await resolveImages()).COLLECTOR_IMAGE!
  const [recorded] = await dialectExports(['openinference'])
  const most = Math.max(...targets.map(({ spans }) => spans)) / BATCH

  // The first are only to fill caches.
  const first = await encode(image, requests(recorded!, 2))
  for (const target of targets) await send(target, first)
  await sleep(HOLDS_SECONDS * 1000)
  const idle = await Promise.all(
    targets.map(async (target) => {
      const before = await target.used()
      await sleep(10_000)
      return ((await target.used()).micros - before.micros) / 10_000
    }),
  )
  const micros: number[][] = targets.map(() => [])
  const wall: number[][] = targets.map(() => [])
  let bytes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const payloads = await encode(image, requests(recorded!, most))
    bytes = payloads[0]!.body.length / BATCH
    for (const [i, target] of targets.entries()) {
      const before = { ...(await target.used()), time: Date.now() }
      const spans = await send(target, payloads.slice(0, target.spans / BATCH))
      wall[i]!.push(spans / ((Date.now() - before.time) / 1000))
      if (target.rate !== Infinity) await sleep(HOLDS_SECONDS * 1000)
      await settled(target, idle[i]!)
      const used = (await target.used()).micros - before.micros - idle[i]! * (Date.now() - before.time)
      micros[i]!.push(used / spans)
      console.error(`${target.name}: ${Math.round(used / spans)} µs`)
    }
  }
  const first_ = spread(micros[0]!).median
  const rows = await Promise.all(
    targets.map(async (target, i) => {
      const { median, low, high } = spread(micros[i]!)
      const { megabytes } = await target.used()
      const { input, output, cost } = await target.has()
      if (!(input > 0 && output > 0 && cost > 0)) throw new Error(`${target.name} has no tokens or no cost`)
      const spans = ROUNDS * target.spans + 2 * BATCH
      return [
        target.name,
        String(Math.round(median)),
        `${Math.round(low)}–${Math.round(high)}`,
        (median / first_).toFixed(1),
        (idle[i]! / 10).toFixed(1),
        String(Math.round(megabytes)),
        String(spans),
        ...[input, output].map((tokens) => (tokens / spans).toFixed(1)),
        ((1000 * cost) / spans).toFixed(3),
      ]
    }),
  )
  console.log(
    `${cpus()[0]!.model.trim()}, ${cpus().length} cores, Linux ${release()}; ${ROUNDS} rounds, medians; ` +
      `${Math.round(bytes)} bytes a span, ${BATCH} spans a request\n`,
  )
  const head = ['', 'CPU µs a span', 'quarters', 'times', 'idle, % of a core', 'memory MB', 'spans']
  console.log(markdown([...head, 'tokens in a span', 'out', 'USD of 1,000'], rows, 1))
  for (const [i, target] of targets.entries())
    if (target.rate === Infinity)
      console.log(
        `${target.name}: ${Math.round(spread(wall[i]!).median)} spans/s answered, one request after the other`,
      )
}

installPython()
const data = await mkdtemp(join(tmpdir(), 'bench-ingest-'))
const targets: Target[] = []
/** Containers would stay. */
const told = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(signal)))
})
try {
  await Promise.race([told, startAll(data, targets).then(() => measure(targets))])
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  for (const target of targets) await target.stop()
  await rm(data, { recursive: true, force: true })
}
// What was cut may still wait for something.
process.exit()
