import type { IncomingHttpHeaders } from 'node:http'
import { connect as http2 } from 'node:http2'
import { request } from 'node:https'

/** Who a client shows itself to be. */
export interface Client {
  token?: string
  cert?: string
  key?: string
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
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

/** gRPC's statuses for answers of HTTP that are not gRPC's, as its clients read them. */
const GRPC_STATUS: Record<number, number> = { 401: 16, 429: 14, 502: 14, 503: 14, 504: 14 }

/** OTLP over TLS on this machine, and clients of every kind. */
export abstract class Endpoint {
  abstract get port(): number
  abstract get grpcPort(): number
  /** Who signed the server's certificate. */
  protected abstract readonly ca: string

  /** Posts to /v1/traces over TLS; a good span unless said otherwise. @throws where the connection is refused or cut. */
  post(
    client: Client,
    body: string | Buffer = GOOD,
    headers: Record<string, string | string[]> = {},
  ): Promise<Answer> {
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
          ca: this.ca,
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
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
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
      const session = http2(`https://127.0.0.1:${this.grpcPort}`, {
        ca: this.ca,
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
        const http = headers[':status'] ?? 200
        const status = http === 200 ? headers['grpc-status'] : (GRPC_STATUS[http as number] ?? 2)
        if (status === undefined) return
        session.destroy()
        resolve(Number(status))
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
}
