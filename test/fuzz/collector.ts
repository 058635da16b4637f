/** The Collector of the fuzzing: its real image and configuration, with this process in the place of the backends. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configFiles } from '../../scripts/collector/config.ts'
import type { Config } from '../../scripts/collector/config.ts'
import { inline } from '../../scripts/collector/inline.ts'
import { hurry } from '../../scripts/explain/config.ts'
import { docker } from '../lib/docker.ts'
import { metricsIn, spansIn } from '../lib/otlp-decode.ts'
import type { Metric, Span } from '../lib/otlp-decode.ts'

/** What came out of the Collector. */
export class Backend {
  readonly #server: Server
  /** How often each span of a watched service came, by service and trace. */
  readonly watched = new Map<string, number>()
  spans = 0
  /** The last value of each series of a watched service. */
  readonly #values = new Map<string, { metric: string; service: string; value: number }>()
  /** What no backend could read, or would read as nonsense. */
  problems: string[] = []

  private constructor(services: ReadonlySet<string>) {
    this.#server = createServer((request, response) => void this.#answer(request, response, services))
  }

  static async start(address: string, services: ReadonlySet<string>): Promise<Backend> {
    const backend = new Backend(services)
    await new Promise<void>((resolve) => backend.#server.listen(0, address, resolve))
    return backend
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `http://${address}:${port}`
  }

  /** The sum of a metric over all series of a service: of a counter its value, of a histogram its count. */
  total(metric: string, service: string): number {
    const series = [...this.#values.values()].filter(
      (one) => one.metric === metric && one.service === service,
    )
    return series.reduce((sum, { value }) => sum + value, 0)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse, services: ReadonlySet<string>) {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    try {
      const bytes = Buffer.concat(chunks)
      if (request.url === '/v1/traces') for (const span of spansIn(bytes)) this.#takeSpan(span, services)
      else for (const metric of metricsIn(bytes)) this.#takeMetric(metric, services)
    } catch (error) {
      this.problems.push(`${request.url}: what was sent on cannot be read: ${String(error)}`)
    }
    response.setHeader('content-type', 'application/x-protobuf')
    response.end()
  }

  #takeSpan({ resource, traceId }: Span, services: ReadonlySet<string>) {
    const service = resource['service.name']
    this.spans++
    if (typeof service !== 'string' || !services.has(service)) return
    const key = `${service} ${traceId}`
    this.watched.set(key, (this.watched.get(key) ?? 0) + 1)
  }

  #takeMetric({ name, points, resource }: Metric, services: ReadonlySet<string>) {
    for (const point of points) {
      const numbers = [point.value, point.count, point.sum].filter((number) => number !== undefined)
      if (numbers.some((number) => !Number.isFinite(number) || number < 0))
        this.problems.push(`${name} is ${numbers.join(', ')}`)
      const labels = { ...resource, ...point.attributes }
      const service = labels['service.name']
      if (typeof service !== 'string' || !services.has(service)) continue
      this.#values.set(`${name} ${JSON.stringify(labels)}`, {
        metric: name,
        service,
        value: point.value ?? point.count ?? 0,
      })
    }
  }
}

export interface Collector {
  otlpUrl: string
  backend: Backend
  /** Lines at level error, and all lines above info, since the last call. */
  log(): { errors: string[]; warnings: string[] }
  /** Undefined while it runs. */
  ended(): string | undefined
  stop(): Promise<void>
}

/** @param services whose spans and series are kept apart */
export async function startCollector(image: string, services: ReadonlySet<string>): Promise<Collector> {
  const gateway = await docker(
    'network',
    'inspect',
    '--format',
    '{{(index .IPAM.Config 0).Gateway}}',
    'bridge',
  )
  const backend = await Backend.start(gateway.trim(), services)
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'))
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'config.json'), JSON.stringify(fuzzConfig(backend.url)))
  const name = `genai-fuzz-${process.pid}-${Date.now()}`
  // The limits of docker-compose.yml.
  const child = spawn(
    'docker',
    [
      ...['run', '--rm', '--name', name, '--read-only', '--cap-drop=ALL', '--memory=512m', '--cpus=1'],
      ...['--env', 'GOMEMLIMIT=400MiB', '--env', 'GENAI_ONCE_WAIT=1s', '--publish', '127.0.0.1::4318'],
      ...['--volume', `${folder}:/fuzz:ro`, image, '--config=/fuzz/config.json'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let lines: string[] = []
  let ended: string | undefined
  const log = watch(child, (line) => lines.push(line))
  const end = once(child, 'close').then(([code]) => {
    ended = `the Collector ended with ${String(code)}: ${lines.slice(-20).join('\n')}`
  })
  const stop = async () => {
    if (ended === undefined) await docker('rm', '--force', name).catch(() => {})
    await end
    backend.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const deadline = Date.now() + 60_000
    while (!log().includes('Everything is ready')) {
      if (ended !== undefined || Date.now() > deadline)
        throw new Error(ended ?? 'the Collector was not ready')
      await sleep(50)
    }
    const port = /:(\d+)/.exec(await docker('port', name, '4318'))![1]
    return {
      otlpUrl: `http://127.0.0.1:${port}`,
      backend,
      ended: () => ended,
      log() {
        const seen = lines
        lines = []
        return {
          // The Collector reads its own counters, and gave up where this machine was busy: the next time has them.
          errors: seen
            .filter((line) => !/127\.0\.0\.1:9464.*broken pipe/.test(line))
            .filter((line) => /"level":"(error|dpanic|panic|fatal)"|^(panic|fatal|goroutine)\b/.test(line)),
          warnings: seen.filter((line) => line.includes('"level":"warn"')),
        }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Gives each line; the function that it returns gives all that was said until it is ready. */
function watch(child: ChildProcess, onLine: (line: string) => void): () => string {
  let start = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (start.length < 1_000_000) start += text
      const parts = (rest + text).split('\n')
      rest = parts.pop()!
      parts.forEach(onLine)
    })
  }
  return () => start
}

function fuzzConfig(backend: string): Config {
  const config = inline(configFiles().filter((file) => !/^send\/[^/]+$/.test(file))).toJS() as Config
  const { pipelines } = config.service
  config.exporters = {
    ...config.exporters,
    'otlp_http/fuzz': { endpoint: backend, compression: 'none' },
  }
  pipelines['traces/fuzz'] = { receivers: ['forward/send_traces'], exporters: ['otlp_http/fuzz'] }
  pipelines['metrics/fuzz'] = { receivers: ['forward/send_metrics'], exporters: ['otlp_http/fuzz'] }
  hurry(config)
  const state = config.receivers['prometheus/state'] as { config: { scrape_configs: object[] } }
  for (const scrape of state.config.scrape_configs) Object.assign(scrape, { scrape_interval: '1s' })
  config.service.extensions = []
  config.service.telemetry = {
    metrics: { level: 'none' },
    // Every line: a sampled log hides a storm.
    logs: { level: 'info', encoding: 'json', sampling: { enabled: false } },
  }
  return config
}
