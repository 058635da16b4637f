/**
 * What a span costs with one, two and four Collectors that count: CPU time of each tier of the shapes of docs/scale.md, as their
 * compose files start them, beside what they use idle. `npm run bench:scale` prints the table of docs/measurements/scale.md.
 *
 *   --shapes=single,route,kafka   which; a few minutes each
 *   --collectors=1,2,4            how many count; `single` has one
 *   --seconds=10 --rate=1000      of load, and spans per second, so that nothing is refused
 */
import { cpus, release } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { resolveImages } from '../../images/resolve.ts'
import { Shape } from '../drills/lib/shape.ts'
import { cpuMicros } from './collector.ts'
import { load } from './load.ts'
import { dialectExports, encode } from './spans.ts'
import type { Payload } from './spans.ts'

const { values: options } = parseArgs({
  options: {
    shapes: { type: 'string', default: 'single,route,kafka' },
    collectors: { type: 'string', default: '1,2,4' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '1000' },
  },
})
const SECONDS = Number(options.seconds)
const RATE = Number(options.rate)
/** For which the last spans may be held: once/wait.yaml, three look-ups, batch/single_writer; and what reads the counters. */
const HOLDS = 25
const COLLECTORS = ['collector', 'collector-1', 'collector-2', 'collector-3']
const ROUTERS = ['route-0', 'route-1']
const REPLICAS = ['docker-compose.replicas.yml']

const SHAPES: Record<string, { overlays: string[]; before: string[] }> = {
  single: { overlays: [], before: [] },
  route: { overlays: REPLICAS, before: [...ROUTERS, 'balancer'] },
  kafka: { overlays: [...REPLICAS, 'docker-compose.kafka.yml'], before: ['kafka', ...ROUTERS, 'balancer'] },
}

const routes = (count: number) =>
  Object.fromEntries([0, 1, 2, 3].map((i) => [`ROUTE_${i}`, `${COLLECTORS[i % count]}:4317`]))

type Cpu = Record<string, number>

async function usage(shape: Shape, services: readonly string[]): Promise<Cpu> {
  const used: Cpu = {}
  for (const service of services) used[service] = await cpuMicros(await shape.id(service))
  return used
}

/** CPU µs of each service per span, beside what it uses idle. */
async function perSpan(shape: Shape, services: readonly string[], payloads: readonly Payload[]) {
  const url = `${shape.urls('OTLP').http}/v1/traces`
  // Caches, connections, the first series.
  await load(url, payloads, 2, RATE)
  await sleep(HOLDS * 1000)
  const start = { cpu: await usage(shape, services), time: Date.now() }
  await sleep(5000)
  const idle = { cpu: await usage(shape, services), time: Date.now() }
  const { accepted, refused } = await load(url, payloads, SECONDS, RATE)
  if (refused > 0) console.warn(`${refused} spans refused`)
  await sleep(HOLDS * 1000)
  const end = { cpu: await usage(shape, services), time: Date.now() }
  const of = (service: string) => {
    const perMs = (idle.cpu[service]! - start.cpu[service]!) / (idle.time - start.time)
    return (end.cpu[service]! - idle.cpu[service]! - perMs * (end.time - idle.time)) / accepted
  }
  return (names: readonly string[]) =>
    names.filter((name) => services.includes(name)).reduce((sum, name) => sum + of(name), 0)
}

async function measure(name: string, payloads: readonly Payload[]): Promise<void> {
  const { overlays, before } = SHAPES[name]!
  const counts = name === 'single' ? [1] : options.collectors.split(',').map(Number)
  const shape = await Shape.open(overlays, routes(counts[0]!))
  try {
    await shape.up(['prometheus', 'tempo', ...before, ...COLLECTORS.slice(0, counts[0])])
    let first: number | undefined
    for (const count of counts) {
      const counting = COLLECTORS.slice(0, count)
      await shape.up(counting)
      if (name === 'route') await shape.roll(ROUTERS, routes(count))
      else if (name === 'kafka') await sleep(10_000)
      const micros = await perSpan(shape, [...before, ...counting], payloads)
      const work = micros(counting)
      const all = micros([...before, ...counting])
      first ??= work
      const cells = [work, micros(ROUTERS), micros(['balancer']), micros(['kafka']), all]
      const numbers = cells.map((value) => value.toFixed(1)).join(' | ')
      console.log(`| ${name} | ${count} | ${numbers} | ${(first / work).toFixed(2)} |`)
    }
  } finally {
    await shape.stop()
  }
}

const image = (await resolveImages())['COLLECTOR_IMAGE']!
// Eight requests, each with traces of its own.
const payloads = await encode(image, await dialectExports(Array<string>(8).fill('anthropic-sdk')))
console.log(
  `${cpus()[0]!.model.trim()}, ${cpus().length} cores, Linux ${release()}; ${RATE} spans/s for ${SECONDS} s; CPU µs per span\n\n` +
    '| shape | Collectors that count | counting | routing, or writing to Kafka | balancer | Kafka | all | efficiency of counting |\n' +
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
)
for (const name of options.shapes.split(',')) await measure(name, payloads)
