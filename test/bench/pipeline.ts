/**
 * What each stage of the pipeline costs: CPU time of the real Collector per span, all stages in one run, on the same
 * image, one core and the same spans. `npm run bench:pipeline` prints the tables of docs/measurements/performance.md, which says how
 * they are read.
 *
 *   --rounds=3       how often each is measured; the medians are printed
 *   --seconds=4      how long each time
 *   --rate=1500      spans per second at most, so that nothing is refused; 0: as many as it takes
 *   --only=<text>    only stages and sets of spans whose names contain it (may be repeated)
 *   --profile=<dir>  writes a CPU profile of each, for `go tool pprof`
 */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { docker, root } from '../lib/docker.ts'
import { cpuMicros, hostPort, removeCollector, startCollector } from './collector.ts'
import { load } from './load.ts'
import { dialectExports, encode, otherExports } from './spans.ts'
import type { Payload } from './spans.ts'
import { bookStages, stages } from './stages.ts'
import type { Stage } from './stages.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    rate: { type: 'string', default: '1500' },
    only: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
  },
})
const ROUNDS = Number(options.rounds)
const SECONDS = Number(options.seconds)
const RATE = Number(options.rate) || Infinity
/** What takes the spans and the metrics in: another Collector, which throws them away. */
const SINK = `
receivers: { otlp: { protocols: { grpc: { endpoint: 0.0.0.0:4317, max_recv_msg_size_mib: 64 }, http: { endpoint: 0.0.0.0:4318 } } } }
exporters: { debug: { verbosity: basic, sampling_initial: 1, sampling_thereafter: 1000000 } }
service:
  telemetry:
    logs: { level: error }
    metrics: { readers: [{ pull: { exporter: { prometheus: { host: 0.0.0.0, port: 8888 } } } }] }
  pipelines:
    traces: { receivers: [otlp], exporters: [debug] }
    metrics: { receivers: [otlp], exporters: [debug] }
`

interface Row {
  name: string
  /** CPU µs per span beside what it uses idle, and spans per second from the first that is sent to the last that arrives, of each round. */
  micros: number[]
  rate: number[]
}

/** Spans that the sink has taken in. */
async function arrived(sink: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${await hostPort(sink, 8888)}/metrics`)
  const line = /^otelcol_receiver_accepted_spans\w*\{.*\} (\S+)$/m.exec(await response.text())
  return Number(line?.[1] ?? 0)
}

/** Starts a stage's Collector. */
async function start(image: string, sink: string, stage: Stage, i: number) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  await cp(join(root, 'collector'), folder, { recursive: true })
  for (const [path, content] of Object.entries({ ...stage.files, 'config.yaml': stage.config })) {
    await writeFile(join(folder, path), content)
  }
  const container = await startCollector(
    ...([image, `stage-${i}`, folder, '--cpuset-cpus=0', '--env=GOMAXPROCS=1'] as const),
    // As in docker-compose.yml. The queue is on a volume, as there.
    ...['--memory=512m', '--env=GOMEMLIMIT=400MiB', '--volume=/queue', '--env=QUEUE_DIRECTORY=/queue'],
    ...['--link', `${sink}:sink`, '--env=TEMPO_ENDPOINT=sink:4317'],
    '--env=PROMETHEUS_OTLP_ENDPOINT=http://sink:4318/v1/metrics',
  )
  return { container, folder, url: `http://127.0.0.1:${await hostPort(container, 4318)}/v1/traces` }
}

async function ready(stage: Stage, container: string, url: string) {
  try {
    await eventually(async () => void (await fetch(url, { method: 'POST' })), 90_000)
  } catch (error) {
    throw new Error(`${stage.name} does not start:\n${await docker('logs', container)}`, { cause: error })
  }
}

/** Each stage in turn, round by round, so that what else the machine does meets all of them. */
async function measure(image: string, sink: string, all: Stage[], payloads: Payload[]): Promise<Row[]> {
  const started = await Promise.all(all.map((stage, i) => start(image, sink, stage, i)))
  const rows = all.map(({ name }): Row => ({ name, micros: [], rate: [] }))
  const idle: number[] = []
  try {
    for (const [i, { container, url }] of started.entries()) await ready(all[i]!, container, url)
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, { container, url }] of started.entries()) {
        const before = { cpu: await cpuMicros(container), arrived: await arrived(sink), time: Date.now() }
        const profile = round === 0 && options.profile ? fetchProfile(container, rows[i]!.name) : undefined
        // The first round only fills caches.
        const { accepted, refused } = await load(url, payloads, round < 0 ? 1 : SECONDS, RATE)
        if (refused > 0) console.warn(`${rows[i]!.name}: ${refused} spans refused`)
        await eventually(
          async () => {
            const missing = accepted - ((await arrived(sink)) - before.arrived)
            if (missing > 0) throw new Error(`${missing} of ${accepted} spans have not arrived`)
          },
          60_000,
          50,
        )
        const seconds = (Date.now() - before.time) / 1000
        await profile
        await sleep((all[i]!.holds + 0.2) * 1000)
        const used = (await cpuMicros(container)) - before.cpu
        const milliseconds = Date.now() - before.time
        if (round < 0) {
          // What it uses with nothing to do, per ms: series are repeated, calls or not.
          idle[i] = await idleMicros(container)
          continue
        }
        rows[i]!.micros.push((used - idle[i]! * milliseconds) / accepted)
        rows[i]!.rate.push(accepted / seconds)
      }
    }
    return rows
  } finally {
    for (const { container, folder } of started) {
      await removeCollector(container)
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** CPU µs per ms of a Collector that nobody sends to. */
async function idleMicros(container: string): Promise<number> {
  const before = { cpu: await cpuMicros(container), time: Date.now() }
  await sleep(5_000)
  return ((await cpuMicros(container)) - before.cpu) / (Date.now() - before.time)
}

async function fetchProfile(container: string, name: string) {
  await mkdir(options.profile!, { recursive: true })
  const seconds = Math.max(1, Math.round(SECONDS))
  const response = await fetch(
    `http://127.0.0.1:${await hostPort(container, 1777)}/debug/pprof/profile?seconds=${seconds}`,
  )
  const file = name.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '')
  await writeFile(join(options.profile!, `${file}.pprof`), Buffer.from(await response.arrayBuffer()))
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

function print(title: string, rows: Row[]) {
  const bare = median((rows.find(({ name }) => name.startsWith('(a) ')) ?? rows[0]!).micros)
  console.log(`\n${title}\n`)
  // At a given rate it is that rate.
  const ratesSay = RATE === Infinity
  console.log(
    `| stage | CPU µs per span | spread |${ratesSay ? ' spans/s |' : ''} throughput at equal CPU, of (a) |\n|---|---|---|${ratesSay ? '---|' : ''}---|`,
  )
  for (const { name, micros, rate } of rows) {
    const middle = median(micros)
    const spread = `${Math.min(...micros).toFixed(1)}–${Math.max(...micros).toFixed(1)}`
    const perSecond = ratesSay ? ` ${(Math.round(median(rate) / 100) * 100).toLocaleString('en')} |` : ''
    console.log(
      `| ${name} | ${middle.toFixed(1)} | ${spread} |${perSecond} ${((100 * bare) / middle).toFixed(0)} % |`,
    )
  }
}

async function main() {
  const image = (await resolveImages())['COLLECTOR_IMAGE']!
  const chosen = <T extends { name: string }>(all: T[]) =>
    options.only.length === 0
      ? all
      : all.filter(({ name }) => options.only.some((part) => name.includes(part)))
  const folder = await mkdtemp(join(tmpdir(), 'bench-sink-'))
  await writeFile(join(folder, 'config.yaml'), SINK)
  const sink = await startCollector(image, 'sink', folder)
  console.log(
    `${cpus()[0]!.model.trim()}, ${cpus().length} cores (the Collector has one), Linux ${release()}; ` +
      `${ROUNDS} rounds of ${SECONDS} s, medians`,
  )
  try {
    const dialects = await readdir(join(root, 'test', 'dialects', 'fixtures'))
    const all = stages()
    const bare = all.slice(1, 2)
    const sets = [
      { name: 'Spans of the Anthropic SDK', exports: await dialectExports(['anthropic-sdk']), stages: all },
      {
        name: 'Spans of all dialects, an equal share of each',
        exports: await dialectExports(dialects),
        stages: all,
      },
      { name: 'Spans that are not gen_ai', exports: otherExports(), stages: [...bare, ...all.slice(-1)] },
      {
        name: 'Spans of the Anthropic SDK, by the size of the price book',
        exports: await dialectExports(['anthropic-sdk']),
        stages: [...bare, ...bookStages('anthropic', ['claude-sonnet-5', 'claude-opus-5'], [10, 100, 1000])],
      },
    ]
    for (const set of chosen(sets).length ? chosen(sets) : sets) {
      const payloads = await encode(image, set.exports)
      const some = chosen(set.stages).length ? chosen(set.stages) : set.stages
      const rows = await measure(image, sink, some, payloads)
      const bytes = payloads.reduce((sum, { body, spans }) => sum + body.length / spans, 0) / payloads.length
      print(`${set.name} (${Math.round(bytes)} bytes each):`, rows)
    }
  } finally {
    await removeCollector(sink)
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
