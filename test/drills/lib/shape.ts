import { setTimeout as sleep } from 'node:timers/promises'
import { resolve, resolveImages } from '../../../images/resolve.ts'
import { run } from '../../../images/lib/run.ts'
import { Compose } from '../../../scripts/lib/compose.ts'
import { eventually } from '../../../scripts/lib/eventually.ts'
import { docker, root } from '../../lib/docker.ts'
import { freePorts } from '../../lib/free-ports.ts'

const KAFKA = 'docker-compose.kafka.yml'
/** Where a service answers when it is ready, of its own network. */
const READY: Record<string, string> = {
  tempo: 'wget -q -O /dev/null http://127.0.0.1:3200/ready',
  prometheus: 'wget -q -O /dev/null http://127.0.0.1:9090/-/ready',
  balancer: 'wget -q -O /dev/null http://127.0.0.1:8405/healthz',
  kafka: 'nc -w 2 127.0.0.1 9092 -e /bin/true',
}
const COLLECTOR_READY = 'wget -q -O /dev/null http://127.0.0.1:13133/'

/** The variables of the ports that a shape publishes. */
const PORTS = [
  ...['OTLP_HTTP_PORT', 'OTLP_GRPC_PORT', 'COLLECTOR_HEALTH_PORT', 'PROMETHEUS_PORT', 'TEMPO_PORT'],
  ...['AGENT_HTTP_PORT', 'AGENT_GRPC_PORT', 'LLM_SIMULATOR_PORT'],
] as const

/** Some services of docker-compose.yml and an overlay, as a project of its own on free ports. */
export class Shape {
  readonly #env: Record<string, string>
  readonly #arguments: string[]

  private constructor(env: Record<string, string>, compose: string[]) {
    this.#env = env
    this.#arguments = compose
  }

  /** @param overlays the compose files, behind docker-compose.yml */
  static async open(overlays: readonly string[], variables: Record<string, string> = {}): Promise<Shape> {
    const images = await resolveImages()
    if (overlays.includes(KAFKA)) Object.assign(images, (await resolve([KAFKA], ['KAFKA_IMAGE'])).images)
    if (images['TEMPO_IMAGE'] === undefined)
      throw new Error('the drills are about Tempo: they need an image of it')
    // Of the service that gives the queues to the Collector's user.
    await (await Compose.open(images)).build()
    const free = await freePorts(PORTS.length)
    const ports = Object.fromEntries(PORTS.map((name, i) => [name, String(free[i])]))
    const files = ['docker-compose.yml', ...overlays].flatMap((file) => ['--file', file])
    return new Shape({ ...images, ...variables, ...ports }, [
      ...['compose', '--project-name', `shape-${process.pid}`, '--env-file=/dev/null', ...files],
    ])
  }

  /** Where applications send to: OTLP, or AGENT. */
  urls(entry: 'OTLP' | 'AGENT') {
    const url = (transport: string) => `http://127.0.0.1:${this.#env[`${entry}_${transport}_PORT`]}`
    return { http: url('HTTP'), grpc: url('GRPC') }
  }
  get prometheusUrl() {
    return `http://127.0.0.1:${this.#env['PROMETHEUS_PORT']}`
  }
  get tempoUrl() {
    return `http://127.0.0.1:${this.#env['TEMPO_PORT']}`
  }

  /** Starts what is not running, and returns when it answers; what runs is left alone. */
  async up(services: readonly string[], variables: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#env, variables)
    await this.compose('up', '--detach', '--no-build', '--no-recreate', ...services)
    for (const service of services) await this.#answers(service)
  }

  /** Makes each anew in turn, with other variables: the others serve on meanwhile. */
  async roll(services: readonly string[], variables: Record<string, string>): Promise<void> {
    Object.assign(this.#env, variables)
    for (const service of services) {
      await this.compose('up', '--detach', '--no-build', '--no-deps', service)
      await this.#answers(service)
      // The balancer looks once a second.
      await sleep(2000)
    }
  }

  async #answers(service: string): Promise<void> {
    const { NODE_IMAGE: image } = await resolveImages()
    await eventually(async () => {
      const network = `--network=container:${await this.id(service)}`
      const command = READY[service] ?? COLLECTOR_READY
      await docker('run', '--rm', network, '--entrypoint=sh', image!, '-c', command)
    }, 240_000)
  }

  /** As `docker compose stop` does. */
  async stopPart(...services: string[]): Promise<void> {
    await this.compose('stop', '--timeout', '30', ...services)
  }

  async killPart(service: string): Promise<void> {
    await docker('kill', '--signal=KILL', await this.id(service))
  }

  async startPart(service: string): Promise<void> {
    await this.compose('start', service)
    await this.#answers(service)
  }

  async id(service: string): Promise<string> {
    return (await this.compose('ps', '--all', '--quiet', service)).trim()
  }

  async compose(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run('docker', [...this.#arguments, ...args], {
      cwd: root,
      env: this.#env,
    })
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
  }

  async stop(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '30', '--remove-orphans')
  }
}
