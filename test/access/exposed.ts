import { once } from 'node:events'
import { connect as http2 } from 'node:http2'
import type { Settings } from 'node:http2'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wait } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { collectorContainer } from '../lib/containers.ts'
import { docker } from '../lib/docker.ts'
import { Authority } from './certificates.ts'

/** Who a client shows itself to be. */
export interface Client {
  token?: string
  cert?: string
  key?: string
}

export interface Answer {
  status: number
  body: string
}

/** One span, as OTLP/JSON. */
export const GOOD = JSON.stringify({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'span',
              kind: 3,
              startTimeUnixNano: '1795175839000000000',
              endTimeUnixNano: '1795175840000000000',
            },
          ],
        },
      ],
    },
  ],
})

/** The whole Collector with an overlay, as it would be exposed, and clients of every kind. No backend is there. */
export class Exposed {
  readonly #container: StartedTestContainer
  readonly #secrets: string
  readonly #ca: string
  readonly authority: Authority

  private constructor(container: StartedTestContainer, secrets: string, authority: Authority, ca: string) {
    this.#container = container
    this.#secrets = secrets
    this.authority = authority
    this.#ca = ca
  }

  /** @param overlay its name in collector/overlays */
  static async start(overlay: string, tokens: string): Promise<Exposed> {
    const images = await resolveImages()
    const secrets = await mkdtemp(join(tmpdir(), 'otlp-secrets-'))
    await chmod(secrets, 0o755)
    const authority = await Authority.create(secrets, 'clients')
    const { cert, key } = await authority.issue('server')
    await writeFile(join(secrets, 'tokens'), tokens)
    await writeFile(join(secrets, 'server.crt'), cert)
    await writeFile(join(secrets, 'server.key'), key)
    // The image's user is not ours.
    await Promise.all(['server.key', 'tokens'].map((file) => chmod(join(secrets, file), 0o644)))
    const container = await collectorContainer(images)
      .withCommand(['--config=collector.yaml', `--config=overlays/${overlay}.yaml`])
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
    const socket = connect({ host: '127.0.0.1', port: this.port, ca: this.#ca })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }

  /** Posts to /v1/traces over TLS; a good span unless said otherwise. @throws where the connection is refused or cut. */
  post(client: Client, body: string | Buffer = GOOD, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        sending.destroy()
        reject(error)
      }
      const sending = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path: '/v1/traces',
          method: 'POST',
          ca: this.#ca,
          cert: client.cert,
          key: client.key,
          agent: false,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            ...(client.token !== undefined && { authorization: `Bearer ${client.token}` }),
            ...headers,
          },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (text += chunk))
          response.on('end', () => {
            // What is still being sent is of no interest to anybody, and would keep this process alive.
            sending.destroy()
            resolve({ status: response.statusCode ?? 0, body: text })
          })
          response.on('error', fail)
        },
      )
      // A server that has seen enough answers before it has read everything.
      sending.on('error', (error) => setTimeout(() => fail(error), 200))
      sending.end(body)
    })
  }

  /** An empty export over gRPC. Gives its status: 0 is OK, 16 UNAUTHENTICATED. */
  grpc(client: Client, message = Buffer.alloc(0)): Promise<number> {
    return new Promise((resolve, reject) => {
      const session = http2(`https://127.0.0.1:${this.#container.getMappedPort(4317)}`, {
        ca: this.#ca,
        cert: client.cert,
        key: client.key,
      })
      const fail = (error: Error) => {
        session.destroy()
        reject(error)
      }
      session.on('error', fail)
      const call = session.request({
        ':method': 'POST',
        ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(client.token !== undefined && { authorization: `Bearer ${client.token}` }),
      })
      // The status is in the trailers, or in the headers where there is nothing else. What is still being sent then is of
      // no interest to anybody.
      const end = (headers: Record<string, unknown>) => {
        if (headers['grpc-status'] === undefined) return
        session.destroy()
        resolve(Number(headers['grpc-status']))
      }
      call.on('response', end)
      call.on('trailers', end)
      call.on('error', fail)
      call.resume()
      const frame = Buffer.alloc(5 + message.length)
      frame.writeUInt32BE(message.length, 1)
      message.copy(frame, 5)
      call.end(frame)
    })
  }

  /** How many streams a client may have open on one gRPC connection, as the server tells it. */
  async mostStreams(): Promise<number | undefined> {
    const session = http2(`https://127.0.0.1:${this.#container.getMappedPort(4317)}`, { ca: this.#ca })
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
  async memory(): Promise<number> {
    const usage = await docker('stats', '--no-stream', '--format={{.MemUsage}}', this.#container.getId())
    const [, value, unit] = /^([\d.]+)([KMG]iB)/.exec(usage)!
    return Number(value) * { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit as 'KiB' | 'MiB' | 'GiB']
  }

  log(): Promise<string> {
    return docker('logs', this.#container.getId())
  }

  async stop(): Promise<void> {
    await this.#container.stop()
    await rm(this.#secrets, { recursive: true, force: true })
  }
}
