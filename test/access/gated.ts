import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveImages } from '../../images/resolve.ts'
import { Compose } from '../../scripts/lib/compose.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { run } from '../../images/lib/run.ts'
import { docker, memoryOf, root } from '../lib/docker.ts'
import { freePorts } from '../lib/free-ports.ts'
import type { Authority } from './certificates.ts'
import { Endpoint } from './endpoint.ts'
import { otlpSecrets } from './otlp-secrets.ts'

const FILES = ['docker-compose.yml', 'docker-compose.secure.yml', 'docker-compose.limits.yml']

/** The Collector behind the gate, and Prometheus, as the three compose files start them. */
export class Gated extends Endpoint {
  readonly #env: Record<string, string>
  readonly #arguments: string[]
  readonly secrets: string
  protected readonly ca: string
  readonly authority: Authority

  private constructor(
    env: Record<string, string>,
    compose: string[],
    secrets: string,
    authority: Authority,
    ca: string,
  ) {
    super()
    this.#env = env
    this.#arguments = compose
    this.secrets = secrets
    this.authority = authority
    this.ca = ca
  }

  /** @param limits variables of docker-compose.limits.yml; its defaults where there is none */
  static async start(tokens: string, limits: Record<string, string> = {}): Promise<Gated> {
    const images = await resolveImages()
    // Of the service that gives the queue to the Collector's user.
    await (await Compose.open(images)).build()
    const { folder: secrets, authority } = await otlpSecrets(tokens)
    const volumes = [`${secrets}:/run/secrets/otlp:ro`]
    const own = join(secrets, 'compose.json')
    await writeFile(own, JSON.stringify({ services: { collector: { volumes }, gate: { volumes } } }))
    const names = [
      ...['OTLP_HTTP_PORT', 'OTLP_GRPC_PORT', 'COLLECTOR_HEALTH_PORT', 'PROMETHEUS_PORT'],
      'LLM_SIMULATOR_PORT',
    ]
    const free = await freePorts(names.length)
    const gated = new Gated(
      {
        ...images,
        ...limits,
        ...Object.fromEntries(names.map((name, i) => [name, String(free[i])])),
      },
      [
        ...['compose', '--project-name', `gated-${process.pid}`, '--env-file=/dev/null'],
        ...[...FILES, own].flatMap((file) => ['--file', file]),
      ],
      secrets,
      authority,
      await authority.certificate(),
    )
    await gated.up()
    return gated
  }

  /** Starts what is not running, or with other variables; returns when requests are answered. */
  async up(variables: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#env, variables)
    await this.#compose('up', '--detach', '--no-build', 'collector', 'gate', 'prometheus')
    await eventually(async () => {
      await fetch(`http://127.0.0.1:${this.#env['COLLECTOR_HEALTH_PORT']}/`)
      const health = await docker('inspect', '--format', '{{.State.Health.Status}}', await this.id('gate'))
      if (health.trim() !== 'healthy') throw new Error(`the gate is ${health.trim()}`)
    }, 240_000)
  }

  async #compose(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run('docker', [...this.#arguments, ...args], {
      cwd: root,
      env: this.#env,
    })
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
  }

  get port(): number {
    return Number(this.#env['OTLP_HTTP_PORT'])
  }
  get grpcPort(): number {
    return Number(this.#env['OTLP_GRPC_PORT'])
  }
  get prometheusUrl(): string {
    return `http://127.0.0.1:${this.#env['PROMETHEUS_PORT']}`
  }

  async id(service: string): Promise<string> {
    return (await this.#compose('ps', '--quiet', service)).trim()
  }

  async log(service: string): Promise<string> {
    return docker('logs', await this.id(service))
  }

  async setTokens(tokens: string): Promise<void> {
    await writeFile(join(this.secrets, 'tokens'), tokens)
  }

  /** As docs/security.md says. */
  async reload(): Promise<void> {
    await this.#compose('kill', '--signal', 'USR2', 'gate')
  }

  /** The gate's own metrics. */
  async metrics(): Promise<string> {
    return docker('exec', await this.id('gate'), 'wget', '-qO-', 'http://127.0.0.1:8405/metrics')
  }

  /** Memory that a service uses, in bytes. */
  async memory(service: string): Promise<number> {
    return memoryOf(await this.id(service))
  }

  /** How often it was started again, as it had ended by itself. */
  async restarts(service: string): Promise<number> {
    return Number(await docker('inspect', '--format', '{{.RestartCount}}', await this.id(service)))
  }

  /** What a query gives now; 0 where there is nothing. */
  async value(promql: string): Promise<number> {
    return (await query(this.prometheusUrl, promql))[0]?.value ?? 0
  }

  async stop(): Promise<void> {
    await this.#compose('down', '--volumes', '--timeout', '30')
    await rm(this.secrets, { recursive: true, force: true })
  }
}
