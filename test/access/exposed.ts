import { once } from 'node:events'
import { connect as http2 } from 'node:http2'
import type { Settings } from 'node:http2'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { join } from 'node:path'
import { Wait } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { collectorContainer } from '../lib/containers.ts'
import { docker, memoryOf } from '../lib/docker.ts'
import type { Authority } from './certificates.ts'
import { Endpoint } from './endpoint.ts'
import { otlpSecrets } from './otlp-secrets.ts'

/** The whole Collector with an overlay, as it would be exposed, and clients of every kind. No backend is there. */
export class Exposed extends Endpoint {
  readonly #container: StartedTestContainer
  readonly #secrets: string
  protected readonly ca: string
  readonly authority: Authority

  private constructor(container: StartedTestContainer, secrets: string, authority: Authority, ca: string) {
    super()
    this.#container = container
    this.#secrets = secrets
    this.authority = authority
    this.ca = ca
  }

  /** @param overlay its name in collector/overlays */
  static async start(overlay: string, tokens: string): Promise<Exposed> {
    const images = await resolveImages()
    const { folder: secrets, authority } = await otlpSecrets(tokens)
    const container = await collectorContainer(images)
      .withCommand(configFlags(`overlays/${overlay}.yaml`))
      .withEnvironment({ QUEUE_DIRECTORY: '/queue', GOMEMLIMIT: '400MiB' })
      .withTmpFs({ '/queue': 'rw,mode=0777' })
      .withBindMounts([{ source: secrets, target: '/run/secrets/otlp', mode: 'ro' }])
      .withResourcesQuota({ memory: 0.5 })
      .withExposedPorts(4317, 4318, 8888, 13133)
      .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
      .withStartupTimeout(240_000)
      .start()
    return new Exposed(container, secrets, authority, await authority.certificate())
  }

  get port(): number {
    return this.#container.getMappedPort(4318)
  }
  get grpcPort(): number {
    return this.#container.getMappedPort(4317)
  }

  /** As an editor or a secret store does it. */
  async setTokens(tokens: string): Promise<void> {
    await writeFile(join(this.#secrets, 'tokens'), tokens)
  }

  /** A new certificate and key for the server, from the same authority. Gives its serial number. */
  async renew(): Promise<string> {
    const { cert } = await this.authority.issue('server')
    await chmod(join(this.#secrets, 'server.key'), 0o644)
    return new X509Certificate(cert).serialNumber
  }

  /** From now on clients of this authority, and no others. */
  async trust(authority: Authority): Promise<void> {
    await writeFile(join(this.#secrets, 'clients.crt'), await authority.certificate())
  }

  /** The serial number of the certificate that the server shows now. */
  async serial(): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: this.port, ca: this.ca })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }

  /** How many streams a client may have open on one gRPC connection, as the server tells it. */
  async mostStreams(): Promise<number | undefined> {
    const session = http2(`https://127.0.0.1:${this.grpcPort}`, { ca: this.ca })
    const [settings] = (await once(session, 'remoteSettings')) as [Settings]
    session.destroy()
    return settings.maxConcurrentStreams
  }

  /** The Collector's own metrics, by name and labels. */
  async metrics(): Promise<string> {
    const url = `http://${this.#container.getHost()}:${this.#container.getMappedPort(8888)}/metrics`
    return (await fetch(url)).text()
  }

  /** Sum of a counter of its own. */
  async counted(name: string): Promise<number> {
    const lines = (await this.metrics()).split('\n').filter((line) => line.startsWith(name))
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  /** Memory in use, in bytes. */
  memory(): Promise<number> {
    return memoryOf(this.#container.getId())
  }

  log(): Promise<string> {
    return docker('logs', this.#container.getId())
  }

  async stop(): Promise<void> {
    await this.#container.stop()
    await rm(this.#secrets, { recursive: true, force: true })
  }
}
