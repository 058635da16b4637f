/**
 * What each stage of the pipeline costs: CPU time of the real Collector per span, all stages in one run, on the same
 * image, one core and the same spans. `npm run bench:pipeline` prints the table of docs/performance.md.
 *
 * CPU time is read from the container's own accounting, so that the load generator and the sink beside it do not count.
 */
import { cp, chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { docker, root } from '../lib/docker.ts'
import { eventually } from '../../scripts/lib/eventually.ts'

const SPANS_PER_REQUEST = 200
const SENDERS = 8
const WARM_UP_SECONDS = 3
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)

interface Config {
  receivers: Record<string, unknown>
  processors: Record<string, unknown>
  connectors?: Record<string, unknown>
  exporters: Record<string, unknown>
  service: { extensions: string[]; telemetry: unknown; pipelines: Record<string, object> }
}

/** The stages by the processors of the traces pipeline; the last is collector.yaml as it is. */
const REDACT = [
  'transform/redact',
  'redaction/content',
  'transform/texts_out',
  'redaction/mask',
  'transform/texts_back',
]
const STAGES: { name: string; processors?: string[] }[] = [
  { name: 'OTLP in → batch → out', processors: ['batch'] },
  { name: '+ normalise', processors: ['batch', 'transform/normalize'] },
  { name: '+ redact and mask', processors: ['batch', 'transform/normalize', ...REDACT] },
  { name: '+ price', processors: ['batch', 'transform/normalize', ...REDACT, 'transform/price'] },
  { name: 'the full pipeline' },
]

/** collector.yaml with only the traces pipeline and these processors. */
function stageConfig(full: Config, processors: string[]): Config {
  const named = (from: Record<string, unknown>) =>
    Object.fromEntries(processors.filter((name) => name in from).map((name) => [name, from[name]]))
  return {
    ...full,
    receivers: { otlp: full.receivers['otlp'] },
    processors: { batch: {}, ...named(full.processors) },
    connectors: {},
    exporters: { 'otlp_grpc/tempo': full.exporters['otlp_grpc/tempo'] },
    service: {
      ...full.service,
      pipelines: { traces: { receivers: ['otlp'], processors, exporters: ['otlp_grpc/tempo'] } },
    },
  }
}

const SINK = `
receivers: { otlp: { protocols: { grpc: { endpoint: 0.0.0.0:4317 } } } }
exporters: { debug: { verbosity: basic, sampling_initial: 1, sampling_thereafter: 1000000 } }
service:
  telemetry: { logs: { level: error }, metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [debug] } }
`

/** Requests of real exports, as protobuf: the fixtures' spans, repeated, encoded by a Collector's file exporter. */
async function payloads(image: string, dialects: readonly string[]): Promise<Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-payloads-'))
  await chmod(folder, 0o777)
  await writeFile(
    join(folder, 'config.yaml'),
    `
receivers: { otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } } }
exporters: { file: { path: /bench/out, format: proto, flush_interval: 100ms } }
service: { telemetry: { metrics: { level: none } }, pipelines: { traces: { receivers: [otlp], exporters: [file] } } }
`,
  )
  const container = await start(image, 'bench-encoder', folder, [])
  try {
    const url = `http://127.0.0.1:${await port(container, 4318)}/v1/traces`
    const fixtures = join(root, 'test', 'dialects', 'fixtures')
    let sent = 0
    for (const dialect of dialects) {
      for (const file of await readdir(join(fixtures, dialect))) {
        const { otlp } = JSON.parse(await readFile(join(fixtures, dialect, file), 'utf8')) as {
          otlp: { resourceSpans: { scopeSpans: { spans: object[] }[] }[] }
        }
        const spans = otlp.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)).length
        if (spans === 0) continue
        const copies = Math.ceil(SPANS_PER_REQUEST / spans)
        const body = JSON.stringify({
          resourceSpans: Array.from({ length: copies }, () => otlp.resourceSpans).flat(),
        })
        await eventually(async () => {
          const response = await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          })
          if (!response.ok) throw new Error(await response.text())
        })
        sent++
      }
    }
    return await eventually(async () => {
      const bytes = await readFile(join(folder, 'out'))
      const messages: Buffer[] = []
      // Each message behind its length, 4 bytes big-endian.
      for (let at = 0; at + 4 <= bytes.length;) {
        const length = bytes.readUInt32BE(at)
        messages.push(bytes.subarray(at + 4, at + 4 + length))
        at += 4 + length
      }
      if (messages.length < sent) throw new Error(`${messages.length} of ${sent} requests encoded`)
      return messages
    })
  } finally {
    await docker('rm', '--force', container)
    await rm(folder, { recursive: true, force: true })
  }
}

async function start(image: string, name: string, folder: string, options: string[], ...args: string[]) {
  const id = await docker(
    ...[
      'run',
      '--detach',
      '--name',
      `${name}-${process.pid}`,
      '--user',
      '0:0',
      '--volume',
      `${folder}:/bench`,
    ],
    ...['--workdir', '/bench', '--publish', '127.0.0.1::4318', ...options, image],
    ...['--config=config.yaml', ...args],
  )
  return id.trim()
}

const port = async (container: string, inside: number) =>
  (await docker('port', container, String(inside))).trim().split(':').at(-1)

/** Nanoseconds of CPU that the container has used. */
async function cpuTime(container: string): Promise<number> {
  const [stats] = await Promise.all([
    fetchDocker<{ cpu_stats: { cpu_usage: { total_usage: number } } }>(
      `/containers/${container}/stats?stream=false&one-shot=true`,
    ),
  ])
  return stats.cpu_stats.cpu_usage.total_usage
}

function fetchDocker<T>(path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    request({ socketPath: '/var/run/docker.sock', path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as T))
    })
      .on('error', reject)
      .end()
  })
}

/** Posts the payloads in turn from several connections until the time is up; gives the spans accepted. */
async function load(url: string, messages: Buffer[], spansIn: number[], seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
  const deadline = Date.now() + seconds * 1000
  let next = 0
  let accepted = 0
  const post = (body: Buffer) =>
    new Promise<number>((resolve, reject) => {
      const sending = request(
        url,
        {
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
        },
        (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      sending.on('error', reject)
      sending.end(body)
    })
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (Date.now() < deadline) {
        const i = next++ % messages.length
        if ((await post(messages[i]!)) === 200) accepted += spansIn[i]!
      }
    }),
  )
  agent.destroy()
  return accepted
}

/** Counts the spans of an encoded request: field 2 of each field 2 (scope spans) of each field 1 (resource spans). */
function countSpans(message: Buffer, path = [1, 2, 2]): number {
  const [field, ...rest] = path
  let count = 0
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else {
      const length = varint()
      if (tag >> 3 === field) count += rest.length ? countSpans(message.subarray(at, at + length), rest) : 1
      at += length
    }
  }
  return count
}

async function measure(image: string, config: string, messages: Buffer[], sink: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  await cp(join(root, 'collector'), folder, { recursive: true })
  await writeFile(join(folder, 'config.yaml'), config)
  const container = await start(image, 'bench', folder, [
    ...['--cpuset-cpus=0', '--env=GOMAXPROCS=1', '--env=QUEUE_DIRECTORY=/tmp/queue', '--tmpfs=/tmp'],
    ...['--link', `${sink}:tempo`, '--env=PROMETHEUS_OTLP_ENDPOINT=http://tempo:9/'],
  ])
  try {
    const url = `http://127.0.0.1:${await port(container, 4318)}/v1/traces`
    await eventually(async () => void (await fetch(url, { method: 'POST' })))
    const spansIn = messages.map((message) => countSpans(message))
    await load(url, messages, spansIn, WARM_UP_SECONDS)
    const before = await cpuTime(container)
    const spans = await load(url, messages, spansIn, SECONDS)
    return ((await cpuTime(container)) - before) / 1000 / spans
  } finally {
    await docker('rm', '--force', container)
    await rm(folder, { recursive: true, force: true })
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

async function main() {
  const image = (await resolveImages())['COLLECTOR_IMAGE']!
  const full = parse(await readFile(join(root, 'collector', 'collector.yaml'), 'utf8')) as Config
  const all = await readdir(join(root, 'test', 'dialects', 'fixtures'))
  const sets: [string, string[]][] = [
    ['the Anthropic SDK’s own spans', ['anthropic-sdk']],
    ['all dialects', all],
  ]
  const sinkFolder = await mkdtemp(join(tmpdir(), 'bench-sink-'))
  await writeFile(join(sinkFolder, 'config.yaml'), SINK)
  const sink = await start(image, 'bench-sink', sinkFolder, ['--cpuset-cpus=1'])
  try {
    for (const [name, dialects] of sets) {
      const messages = await payloads(image, dialects)
      const rows = STAGES.map((stage) => ({ ...stage, micros: [] as number[] }))
      for (let round = 0; round < ROUNDS; round++) {
        for (const row of rows) {
          const config = stringify(row.processors ? stageConfig(full, row.processors) : full)
          row.micros.push(await measure(image, config, messages, sink))
        }
      }
      const bare = median(rows[0]!.micros)
      console.log(`\n${name}: ${messages.length} requests of about ${SPANS_PER_REQUEST} spans\n`)
      console.log(
        '| stage | CPU µs per span | spans/s on one core | of the bare throughput |\n|---|---|---|---|',
      )
      for (const row of rows) {
        const micros = median(row.micros)
        console.log(
          `| ${row.name} | ${micros.toFixed(1)} | ${Math.round(1e6 / micros).toLocaleString('en')} | ${((100 * bare) / micros).toFixed(0)} % |`,
        )
      }
    }
  } finally {
    await docker('rm', '--force', sink)
    await rm(sinkFolder, { recursive: true, force: true })
  }
}

await main()
