import { createServer as createHttp2Server } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/**
 * How the way to Tempo is: `pass` as it should be; `slow`: each answer comes 3 s late; `status`: answers of a gateway
 * in between, HTTP only; `grpc`: answers in Tempo's place.
 */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'slow' }
  | { kind: 'status'; status: number }
  | { kind: 'grpc'; status: number; retryInfo?: boolean }

const DELAY = 3000

/** google.rpc.Status with code 8 and a RetryInfo of 1 s, as protobuf: what grpc-status-details-bin carries. */
const RETRY_INFO = (() => {
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
  const delay = Buffer.from([0x08, 1])
  const any = Buffer.concat([
    field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    field(2, field(1, delay)),
  ])
  return Buffer.concat([Buffer.from([0x08, 8]), field(3, any)]).toString('base64')
})()

/** Stands between the Collector and the real Tempo, and fails as networks, gateways and busy backends do. */
export class FaultyProxy {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #answers = createHttp2Server()
  #fault: Fault = { kind: 'pass' }
  /** How many requests were refused. */
  refused = 0

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((socket) => this.#accept(socket))
    this.#answers.on('stream', (stream) => this.#refuse(stream))
    this.#answers.on('sessionError', () => undefined)
  }

  /** @param address that containers reach; nothing else is listened on */
  static async start(address: string, target: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, address, resolve))
    return proxy
  }

  get endpoint(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `${address}:${port}`
  }

  /** From now on; open connections are cut. */
  set fault(fault: Fault) {
    this.#fault = fault
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket) {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const { kind } = this.#fault
    if (kind === 'status' || kind === 'grpc') {
      this.#answers.emit('connection', socket)
      return
    }
    const tempo = connect(this.#target, '127.0.0.1')
    tempo.on('error', () => socket.destroy())
    socket.on('close', () => tempo.destroy())
    tempo.on('close', () => socket.destroy())
    socket.pipe(tempo)
    if (kind === 'pass') tempo.pipe(socket)
    else {
      tempo.on('data', (data) => {
        setTimeout(() => {
          if (!socket.destroyed) socket.write(data)
        }, DELAY)
      })
    }
  }

  #refuse(stream: ServerHttp2Stream) {
    stream.on('error', () => undefined)
    stream.resume()
    this.refused++
    const fault = this.#fault
    if (fault.kind === 'status') stream.respond({ ':status': fault.status }, { endStream: true })
    if (fault.kind === 'grpc') {
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': String(fault.status),
          ...(fault.retryInfo ? { 'grpc-status-details-bin': RETRY_INFO } : {}),
        },
        { endStream: true },
      )
    }
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
