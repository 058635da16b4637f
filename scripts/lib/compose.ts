import { join } from 'node:path'
import { cache, root } from '../../images/lib/paths.ts'
import { run } from '../../images/lib/run.ts'
import { composeFiles } from './build-secrets.ts'

/** What of a service in `docker compose config` matters here. */
export interface Service {
  image: string
  build?: unknown
  restart?: string
  ports?: { target: number; published?: string }[]
  volumes?: { type: string; source: string }[]
}

/** A container as `docker compose ps` shows it. */
export interface Container {
  ID: string
  Service: string
  State: string
  /** Empty without a health check. */
  Health: string
  ExitCode: number
}

/** Compose itself failed; its output is in the log. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError'
}

/** docker-compose.yml with fixed values for its variables. */
export class Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly #files: readonly string[]
  readonly #env: Record<string, string>

  private constructor(
    services: Record<string, Service>,
    files: readonly string[],
    env: Record<string, string>,
  ) {
    this.services = services
    this.#files = files
    this.#env = env
  }

  /** @throws ComposeError when the file is not valid. */
  static async open(env: Record<string, string> = {}): Promise<Compose> {
    const files = await composeFiles()
    const compose = new Compose({}, files, env)
    const config = JSON.parse(await compose.run('config', '--format', 'json')) as {
      services: Record<string, Service>
    }
    return new Compose(config.services, files, env)
  }

  /**
   * Runs a compose command; its output goes to .cache/compose.log.
   *
   * @returns its standard output.
   * @throws ComposeError with the last lines.
   */
  async run(...args: string[]): Promise<string> {
    const files = this.#files.flatMap((file) => ['--file', file])
    const log = join(cache, 'compose.log')
    const result = await run('docker', ['compose', ...files, ...args], { cwd: root, env: this.#env, log })
    if (result.code === 0) return result.stdout
    const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15)
    throw new ComposeError(
      `docker compose ${args[0]} failed (log: .cache/compose.log)\n  ${lines.join('\n  ')}`,
    )
  }

  /** Builds each image once, however many services run it. */
  async build(): Promise<void> {
    const byImage = new Map<string, string>()
    for (const [name, { build, image }] of Object.entries(this.services)) if (build) byImage.set(image, name)
    await this.run('build', ...byImage.values())
  }

  async containers(): Promise<Container[]> {
    const lines = (await this.run('ps', '--all', '--format', 'json')).trim().split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Container)
  }

  /** Where a service's port is published on this machine; undefined when it is not. */
  url(service: string, port = 8080): string | undefined {
    const published = this.services[service]?.ports?.find(({ target }) => target === port)?.published
    return published === undefined ? undefined : `http://127.0.0.1:${published}`
  }
}
