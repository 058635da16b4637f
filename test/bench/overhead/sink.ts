import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { spansIn } from '../../lib/otlp-decode.ts'

/** Takes in what applications export, and throws it away; of those that are watched it says what that was. */
export class Sink {
  readonly #kept = new Map<string, Buffer[]>()
  readonly #server = createServer((request, response) => {
    const [, who = ''] = (request.url ?? '').split('/')
    const kept = request.url?.endsWith('/traces') ? this.#kept.get(who) : undefined
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => kept && chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      kept?.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      const type = request.headers['content-type'] ?? 'application/json'
      response.writeHead(200, { 'content-type': type }).end(type.includes('json') ? '{}' : '')
    })
  })

  async start(): Promise<this> {
    // Those that wait for their turn keep their connections, and do not ask for them again when they are closed.
    this.#server.keepAliveTimeout = 600_000
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  /** Each has one of its own, as the first part of the path. */
  endpoint(who: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${who}`
  }

  watch(who: string): void {
    this.#kept.set(who, [])
  }

  /** What came since it was watched: spans, and their bytes. */
  seen(who: string): { spans: number; bytes: number; scopes: Set<string> } {
    const bodies = this.#kept.get(who) ?? []
    this.#kept.delete(who)
    let spans = 0
    const scopes = new Set<string>()
    for (const body of bodies) {
      for (const scope of scopesIn(body)) {
        spans++
        scopes.add(scope)
      }
    }
    return { spans, bytes: bodies.reduce((sum, { length }) => sum + length, 0), scopes }
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

interface Export {
  resourceSpans: { scopeSpans: { scope?: { name?: string }; spans: unknown[] }[] }[]
}

/** The scope of each span, in JSON or protobuf. */
function scopesIn(body: Buffer): string[] {
  if (body[0] !== '{'.charCodeAt(0)) return spansIn(body).map(({ scope }) => scope)
  return (JSON.parse(body.toString()) as Export).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map(() => scope?.name ?? '')),
  )
}
