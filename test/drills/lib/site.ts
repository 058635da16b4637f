import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import type { StartedNetwork, StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../../images/resolve.ts'
import { configFlags } from '../../../scripts/collector/config.ts'
import { eventually } from '../../../scripts/lib/eventually.ts'
import {
  collectorContainer,
  prometheusContainer,
  QUEUE,
  queueGuardContainer,
  tempoContainer,
} from '../../lib/containers.ts'
import { docker, memoryOf } from '../../lib/docker.ts'
import { freePorts } from '../../lib/free-ports.ts'
import { changedCollector } from './changes.ts'
import type { Change } from './changes.ts'
import { without } from './measures.ts'

export type Part = 'collector' | 'prometheus' | 'tempo'

type Ports = Record<'http' | 'grpc' | 'health' | 'own' | 'prometheus' | 'tempo', number>

export interface SiteOptions {
  /** What is otherwise in collector/. */
  changes?: Change[]
  /** Where the Collector sends traces; Tempo itself unless said otherwise. Gets the address that containers reach this machine by. */
  tempoEndpoint?: (gateway: string, tempoPort: number) => Promise<string>
  /** Other backends: files of collector/ behind the stages', and their variables. Gets the address that containers reach this machine by. */
  backends?: (gateway: string) => Promise<{ configs: string[]; environment: Record<string, string> }>
  /** A size for the queue's disk, such as `2m`: it is in memory then. Unlimited, and on disk, unless said otherwise. */
  queueDisk?: string
  /** With sidecars/queue-guard beside it, and a Collector that the engine starts again. Without, unless said otherwise. */
  guarded?: boolean
}

/** The compose file's Collector, Prometheus and Tempo, with its limits, on ports that stay the same over restarts. */
export class Site {
  readonly #network: StartedNetwork
  readonly #parts: Record<Part, StartedTestContainer>
  readonly #guard: StartedTestContainer | undefined
  readonly #ports: Ports
  readonly queue: string
  #watch: NodeJS.Timeout | undefined
  /** Most memory that the Collector's container was seen to use, in MiB. */
  peakMemory = 0

  private constructor(
    network: StartedNetwork,
    parts: Record<Part, StartedTestContainer>,
    ports: Ports,
    queue: string,
    guard: StartedTestContainer | undefined,
  ) {
    this.#network = network
    this.#parts = parts
    this.#guard = guard
    this.#ports = ports
    this.queue = queue
  }

  static async start({
    changes = [],
    tempoEndpoint,
    backends: others,
    queueDisk,
    guarded,
  }: SiteOptions = {}): Promise<Site> {
    const images = await resolveImages()
    if (images['TEMPO_IMAGE'] === undefined)
      throw new Error('the drills are about Tempo: they need an image of it')
    const network = await new Network().start()
    const [http, grpc, health, own, prometheusPort, tempoPort, tempoGrpc] = await freePorts(7)
    const fixed = (container: number, host: number | undefined) => ({ container, host: host! })
    const prometheus = prometheusContainer(images)
      .withNetwork(network)
      .withExposedPorts(fixed(9090, prometheusPort))
      .withStartupTimeout(240_000)
    const tempo = tempoContainer(images)
      .withNetwork(network)
      // As in docker-compose.yml.
      .withResourcesQuota({ memory: 1 })
      .withEnvironment({ GOMEMLIMIT: '800MiB' })
      .withExposedPorts(fixed(3200, tempoPort), fixed(4317, tempoGrpc))
      .withStartupTimeout(240_000)
    const backends = await Promise.all([prometheus.start(), tempo.start()])
    const gateway = (
      await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network.getName())
    ).trim()
    const queue = await mkdtemp(join(tmpdir(), 'drill-queue-'))
    // The image's user is not ours.
    await chmod(queue, 0o777)
    const config = await changedCollector([...changes, ...without()])
    const { configs = [], environment = {} } = (await others?.(gateway)) ?? {}
    const collector = collectorContainer(images, config)
      .withCommand(configFlags(...configs))
      .withNetwork(network)
      .withNetworkAliases('collector')
      // As in docker-compose.yml.
      .withResourcesQuota({ memory: 0.5 })
      .withEnvironment({
        GOMEMLIMIT: '400MiB',
        ...environment,
        ...(tempoEndpoint ? { TEMPO_ENDPOINT: await tempoEndpoint(gateway, tempoGrpc!) } : {}),
      })
      .withExposedPorts(fixed(4318, http), fixed(4317, grpc), fixed(13133, health), fixed(8888, own))
      // Busy machines take their time.
      .withStartupTimeout(240_000)
    if (queueDisk === undefined) {
      collector.withBindMounts([{ source: queue, target: QUEUE }])
    } else {
      collector.withTmpFs({ [QUEUE]: `rw,mode=1777,size=${queueDisk}` })
    }
    const started = await collector.start()
    if (guarded) await docker('update', '--restart=unless-stopped', started.getId())
    const site = new Site(
      network,
      { prometheus: backends[0], tempo: backends[1], collector: started },
      {
        http: http!,
        grpc: grpc!,
        health: health!,
        own: own!,
        prometheus: prometheusPort!,
        tempo: tempoPort!,
      },
      queue,
      guarded
        ? await queueGuardContainer(images, queue)
            .withNetwork(network)
            .withNetworkAliases('collector-queue-guard')
            .withExposedPorts(8080)
            .start()
        : undefined,
    )
    await rm(config, { recursive: true })
    site.#watch = setInterval(() => void site.#measureMemory(), 5000)
    return site
  }

  get httpUrl() {
    return `http://127.0.0.1:${this.#ports.http}`
  }
  get grpcUrl() {
    return `http://127.0.0.1:${this.#ports.grpc}`
  }
  get prometheusUrl() {
    return `http://127.0.0.1:${this.#ports.prometheus}`
  }
  get tempoUrl() {
    return `http://127.0.0.1:${this.#ports.tempo}`
  }

  id(part: Part): string {
    return this.#parts[part].getId()
  }

  logs(part: Part): Promise<string> {
    return docker('logs', this.id(part))
  }

  /** Gracefully: SIGTERM, and the time that docker-compose.yml gives. */
  async stopPart(part: Part): Promise<void> {
    await docker('stop', '--time=30', this.id(part))
  }

  async killPart(part: Part): Promise<void> {
    await docker('kill', '--signal=KILL', this.id(part))
  }

  /** Starts it again on the data it has, and waits until it answers. */
  async startPart(part: Part, timeout = 240_000): Promise<void> {
    await docker('start', this.id(part))
    await this.answers(part, timeout)
  }

  /** Starts it, and waits until it has given up. What it said on its way out. */
  async startInVain(part: Part): Promise<string> {
    const before = (await this.logs(part)).length
    await docker('start', this.id(part))
    await docker('wait', this.id(part))
    return (await this.logs(part)).slice(before)
  }

  async answers(part: Part, timeout = 60_000): Promise<void> {
    const url = {
      collector: `http://127.0.0.1:${this.#ports.health}/`,
      prometheus: `${this.prometheusUrl}/-/ready`,
      tempo: `${this.tempoUrl}/ready`,
    }[part]
    await eventually(async () => {
      const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(2000) })
      if (!ok) throw new Error(`${part} answers ${status}`)
    }, timeout)
  }

  /** As root, on the queue's files, whose owner is the Collector's user. */
  async onQueue(...command: string[]): Promise<string> {
    const { NODE_IMAGE: image } = await resolveImages()
    const [program, ...args] = command
    return docker(
      ...['run', '--rm', '--user=0', '--network=none', '--volume', `${this.queue}:/queue`],
      ...['--entrypoint', program!, image!, ...args],
    )
  }

  /** Takes the cable out. */
  async disconnect(part: Part): Promise<void> {
    await docker('network', 'disconnect', this.#network.getName(), this.id(part))
  }

  async reconnect(part: Part): Promise<void> {
    await docker('network', 'connect', '--alias', part, this.#network.getName(), this.id(part))
  }

  /** One of the Collector's own metrics, summed over its series; 0 where there is none. */
  async collectorMetric(name: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.own}/metrics`)
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${name}{`))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  /** Whether the kernel ended it for the memory it used. */
  async ranOutOfMemory(part: Part = 'collector'): Promise<boolean> {
    const format = '{{.State.OOMKilled}}'
    return (await docker('inspect', '--format', format, this.id(part))).trim() === 'true'
  }

  async running(part: Part): Promise<boolean> {
    return (await docker('inspect', '--format', '{{.State.Running}}', this.id(part))).trim() === 'true'
  }

  async #measureMemory(): Promise<void> {
    // Nothing while it is stopped.
    const used = await memoryOf(this.id('collector')).catch(() => 0)
    this.peakMemory = Math.max(this.peakMemory, used / 2 ** 20)
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch)
    await this.#guard?.stop()
    await Promise.all(Object.values(this.#parts).map((container) => container.stop()))
    await this.#network.stop()
    await this.onQueue('sh', '-c', 'chmod -R a+rwX /queue')
    await rm(this.queue, { recursive: true, force: true })
  }
}
