/**
 * Stands in for the services of services.ts, each under a path of its own, and is as strict as they are: method, path, key,
 * headers, encoding, compression, size, temporality. What they answer, it answers.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { logsIn, metricsIn, seriesIn, spansIn, unsnappy } from '../lib/otlp-decode.ts'
import type { LogRecord, Metric, Series, Span } from '../lib/otlp-decode.ts'
import { SERVICES } from './services.ts'
import type { Service, Signal } from './services.ts'

/** What is in the way: nobody listens, an answer that is no success, or one that takes its time. */
export type Fault =
  | { kind: 'away' }
  | { kind: 'answer'; status: number; retryAfter?: string }
  | { kind: 'slow'; milliseconds: number }
  /** 200, and some of it was not taken. */
  | { kind: 'partly'; rejected: number; message: string }

export interface Inbox {
  spans: Span[]
  /** In the order in which they came. */
  metrics: Metric[]
  logs: LogRecord[]
  series: Series[]
  /** Requests that were taken, and their sizes when unpacked. */
  taken: { signal: Signal; size: number; status: number }[]
  refused: { signal: string; status: number; why: string }[]
}

const empty = (): Inbox => ({ spans: [], metrics: [], logs: [], series: [], taken: [], refused: [] })

export class Receiver {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #inboxes = new Map<string, Inbox>()
  /** By service; `times` counts down. */
  readonly #faults = new Map<string, { fault: Fault; times: number }>()
  readonly #revoked = new Set<string>()

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** @param address that containers reach; nothing else is listened on */
  static async start(address: string): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, address, resolve))
    return receiver
  }

  /** Where a service is; the Collector's files add what follows. */
  url(service: string): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `http://${address}:${port}/${service}`
  }

  inbox(service: string): Inbox {
    const inbox = this.#inboxes.get(service) ?? empty()
    this.#inboxes.set(service, inbox)
    return inbox
  }

  /** From now on, or for so many requests. */
  break(service: string, fault: Fault, times = Infinity): void {
    this.#faults.set(service, { fault, times })
  }

  mend(service: string): void {
    this.#faults.delete(service)
  }

  /** The key is no good any more. */
  revoke(service: string): void {
    this.#revoked.add(service)
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', ...rest] = (request.url ?? '').split('/')
    const service = SERVICES[name]
    const inbox = this.inbox(name)
    const fault = this.#fault(name)
    if (fault?.kind === 'away') {
      request.socket.destroy()
      return
    }
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds))
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const path = `/${rest.join('/')}`
    const signal =
      service && (Object.keys(service.paths) as Signal[]).find((kind) => service.paths[kind] === path)
    const refuse = (status: number, why: string, retryAfter?: string) => {
      inbox.refused.push({ signal: signal ?? path, status, why })
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
      response.statusCode = status
      response.setHeader('content-type', 'text/plain')
      response.end(why)
    }
    if (fault?.kind === 'answer')
      return refuse(fault.status, `told to answer ${fault.status}`, fault.retryAfter)
    if (!service || !signal) return refuse(404, `no such path: ${request.url}`)
    const problem = this.#problem(name, service, signal, request, Buffer.concat(chunks), inbox)
    if (problem) return refuse(...problem)
    response.statusCode = service.success ?? 200
    response.setHeader('content-type', 'application/x-protobuf')
    response.end(fault?.kind === 'partly' ? partialSuccess(fault.rejected, fault.message) : undefined)
  }

  #fault(name: string): Fault | undefined {
    const found = this.#faults.get(name)
    if (!found || found.times <= 0) return undefined
    found.times--
    return found.fault
  }

  /** What the service says against a request. What it says nothing against is in the inbox then. */
  #problem(
    name: string,
    service: Service,
    signal: Signal,
    request: IncomingMessage,
    packed: Buffer,
    inbox: Inbox,
  ): [number, string] | undefined {
    if (request.method !== 'POST') return [405, 'POST only']
    const headers = { ...service.headers, ...service.headersOf?.[signal] }
    for (const [header, { is, otherwise }] of Object.entries(headers)) {
      const given = request.headers[header]
      const right = typeof is === 'string' ? given === is : typeof given === 'string' && is.test(given)
      if (!right) return [otherwise, `${header}: ${String(given).slice(0, 4)}… is not what it has to be`]
    }
    if (this.#revoked.has(name)) return [401, 'this key was revoked']
    if (request.headers['content-type'] !== 'application/x-protobuf') return [415, 'protobuf only']
    const encoding = request.headers['content-encoding']
    let body: Uint8Array = packed
    try {
      if (signal === 'write') body = unsnappy(packed)
      else if (encoding === 'gzip') body = gunzipSync(packed)
      else return [415, `content-encoding ${encoding}`]
    } catch (error) {
      return [400, String(error)]
    }
    const limit = service.limits?.[signal] ?? Infinity
    if (body.length > limit) return [413, `${body.length} bytes, and the limit is ${limit}`]
    try {
      const problem = this.#read(service, signal, body, inbox)
      if (problem) return [400, problem]
    } catch (error) {
      return [400, String(error)]
    }
    inbox.taken.push({ signal, size: body.length, status: service.success ?? 200 })
    return undefined
  }

  #read(service: Service, signal: Signal, body: Uint8Array, inbox: Inbox): string | undefined {
    if (signal === 'write') inbox.series.push(...seriesIn(body))
    if (signal === 'logs') inbox.logs.push(...logsIn(body))
    if (signal === 'traces') {
      const spans = spansIn(body)
      const problem = service.spans?.(spans)
      if (problem) return problem
      inbox.spans.push(...spans)
    }
    if (signal === 'metrics') {
      const metrics = metricsIn(body)
      const wrong = metrics.find((metric) => service.temporality && !service.temporality(metric))
      if (wrong) return `${wrong.name} is a ${wrong.temporality} ${wrong.kind}`
      inbox.metrics.push(...metrics)
    }
    return undefined
  }
}

/** ExportTraceServiceResponse { partial_success { rejected_spans, error_message } }; the same for points and records. */
function partialSuccess(rejected: number, message: string): Buffer {
  const text = Buffer.from(message)
  const partial = Buffer.concat([Buffer.from([0x08, rejected, 0x12, text.length]), text])
  return Buffer.concat([Buffer.from([0x0a, partial.length]), partial])
}
