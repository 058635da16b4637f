/** OTLP as it would be exposed: who may send gets through, everybody else and every hostile request is refused. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { eventually } from '../../scripts/lib/eventually.ts'
import { Authority } from './certificates.ts'
import { GOOD } from './endpoint.ts'
import { Exposed } from './exposed.ts'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FIRST = 'first-application-4f0c2c1b9a'
const SECOND = 'second-application-77aa01c3de'
const NEXT = 'first-application-renewed-91b2'
const MB = 1_000_000

const text = (length: number) => ({ key: 'text', value: { stringValue: 'x'.repeat(length) } })
/** A protobuf message of one field that nobody knows, number 15, of so many bytes. */
function unknownField(length: number) {
  const varint = []
  for (let left = length; left > 0; left = Math.floor(left / 128))
    varint.push((left % 128) + (left > 127 ? 128 : 0))
  return Buffer.concat([Buffer.from([(15 << 3) | 2, ...varint]), Buffer.alloc(length, 'x')])
}

describe('a token for each application', () => {
  let exposed: Exposed
  beforeAll(async () => {
    exposed = await Exposed.start('tokens', `${FIRST} the first\n${SECOND} the second\n`)
  }, 300_000)
  afterAll(() => exposed.stop())

  test('no token, a wrong one, another scheme: refused, over HTTP and gRPC', async () => {
    expect((await exposed.post({})).status).toBe(401)
    expect((await exposed.post({ token: 'wrong' })).status).toBe(401)
    expect((await exposed.post({ token: '' })).status).toBe(401)
    expect((await exposed.post({ token: `${FIRST} the first` })).status).toBe(401)
    expect((await exposed.post({}, undefined, { authorization: `Basic ${FIRST}` })).status).toBe(401)
    expect(await exposed.grpc({})).toBe(16)
    expect(await exposed.grpc({ token: 'wrong' })).toBe(16)
  })

  test('each application’s own token: let in', async () => {
    for (const token of [FIRST, SECOND]) {
      expect((await exposed.post({ token })).status).toBe(200)
      expect(await exposed.grpc({ token })).toBe(0)
    }
    await eventually(async () => expect(await exposed.counted('otelcol_receiver_accepted_spans')).toBe(2))
  })

  test('without TLS nothing is said', async () => {
    const answer = await fetch(`http://127.0.0.1:${exposed.port}/v1/traces`, { method: 'POST' })
    expect(answer.status).toBe(400)
  })

  test('tokens change without a restart: the new one works, the old one no longer, the other is untouched', async () => {
    await exposed.setTokens(`${NEXT} the first\n${SECOND} the second\n`)
    await eventually(async () => expect((await exposed.post({ token: NEXT })).status).toBe(200))
    expect((await exposed.post({ token: FIRST })).status).toBe(401)
    expect((await exposed.post({ token: SECOND })).status).toBe(200)
  })

  describe('what is malformed or too much, with a good token', () => {
    const client = { token: SECOND }
    const protobuf = { 'content-type': 'application/x-protobuf' }

    test('malformed protobuf and JSON, a content type that is none', async () => {
      expect((await exposed.post(client, 'no protobuf at all', protobuf)).status).toBe(400)
      expect((await exposed.post(client, '{"resourceSpans": [{')).status).toBe(400)
      expect((await exposed.post(client, '{}', { 'content-type': 'text/plain' })).status).toBe(415)
      expect(await exposed.grpc(client, Buffer.from('no protobuf'))).not.toBe(0)
    })

    test('a body of 25 MB', async () => {
      // It answers or hangs up before it has all.
      const status = await exposed.post(client, Buffer.alloc(25 * MB, ' ')).then(
        (answer) => answer.status,
        (error: NodeJS.ErrnoException) => error.code,
      )
      expect([400, 413, 'ECONNRESET', 'EPIPE']).toContain(status)
      // Over gRPC the server stops reading, and Node's client sees no answer.
      const none = sleep(5000, 'no answer', { ref: false })
      expect(await Promise.race([exposed.grpc(client, unknownField(25 * MB)), none])).not.toBe(0)
      expect(await exposed.grpc(client)).toBe(0)
    })

    test('bombs: 500 MB of nothing in 500 kB of gzip, and in 50 kB of zstd', async () => {
      const nothing = Buffer.alloc(500 * MB, ' ')
      const before = await exposed.memory()
      for (const [encoding, bomb] of [
        ['gzip', gzipSync(nothing)],
        ['zstd', zstdCompressSync(nothing)],
      ] as const) {
        expect(bomb.length).toBeLessThan(MB)
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => exposed.post(client, bomb, { 'content-encoding': encoding })),
        )
        for (const { status } of answers) expect([400, 413]).toContain(status)
      }
      expect(await exposed.memory()).toBeLessThan(before + 200 * 2 ** 20)
    }, 120_000)

    test('a compression that is not needed', async () => {
      const zipped = (encoding: string, body: Buffer) =>
        exposed.post(client, body, { 'content-encoding': encoding }).then(({ status }) => status)
      expect(await zipped('gzip', gzipSync(GOOD))).toBe(200)
      expect(await zipped('zstd', zstdCompressSync(GOOD))).toBe(200)
      // Its default knows these, too.
      expect(await zipped('deflate', deflateSync(GOOD))).toBe(400)
      expect(await zipped('zlib', deflateSync(GOOD))).toBe(400)
    })

    test('more streams on a connection than a client has use for', async () => {
      expect(await exposed.mostStreams()).toBe(64)
    })

    test('what is within the limits gets in: a request of 15 MB', async () => {
      const more = { name: 'x', traceId: '5b8efff798038103d269b633813fc60d', spanId: 'eee19b7ec3c1b175' }
      const spans = Array.from({ length: 15 }, () => ({ ...more, attributes: [text(MB)] }))
      const large = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
      expect((await exposed.post(client, large)).status).toBe(200)
      expect(await exposed.grpc(client, unknownField(15 * MB))).toBe(0)
    })
  })

  let renewed: string
  test('a certificate that is renewed', async () => {
    const before = await exposed.serial()
    renewed = await exposed.renew()
    expect(renewed).not.toBe(before)
  })

  test('slowloris: 50 that never finish their headers, 5 their body; all are cut, and others are served meanwhile', async () => {
    const open = (head: string) => {
      const socket = connect({ host: '127.0.0.1', port: exposed.port, rejectUnauthorized: false })
      socket.on('error', () => undefined)
      socket.on('secureConnect', () => socket.write(head))
      socket.resume()
      return socket
    }
    const headers = Array.from({ length: 50 }, () => open('POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-A: '))
    const bodies = Array.from({ length: 5 }, () =>
      open(
        `POST /v1/traces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECOND}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
      ),
    )
    expect((await exposed.post({ token: SECOND })).status).toBe(200)
    const closed = async (socket: TLSSocket) => {
      if (!socket.closed) await once(socket, 'close')
    }
    const start = Date.now()
    const seconds = () => (Date.now() - start) / 1000
    await Promise.all(headers.map(closed))
    // Without a timeout of their own, the body's would cut them after 30 s.
    expect(seconds()).toBeLessThan(25)
    await Promise.all(bodies.map(closed))
    expect(seconds()).toBeLessThan(60)
  }, 120_000)

  test('the renewed certificate is shown within a minute and a half, without a restart', async () => {
    await eventually(async () => expect(await exposed.serial()).toBe(renewed), 90_000)
  }, 120_000)

  test('afterwards it serves as before, in bounded memory, has counted, and has not told a token', async () => {
    expect((await exposed.post({ token: SECOND })).status).toBe(200)
    expect(await exposed.memory()).toBeLessThan(400 * 2 ** 20)
    const log = await exposed.log()
    for (const token of [FIRST, SECOND, NEXT]) expect(log).not.toContain(token)
    const metrics = await exposed.metrics()
    for (const token of [FIRST, SECOND, NEXT]) expect(metrics).not.toContain(token)
  })
})

describe('a certificate for each application', () => {
  let exposed: Exposed
  let stranger: Authority
  beforeAll(async () => {
    exposed = await Exposed.start('mtls', '')
    stranger = await Authority.create(await mkdtemp(join(tmpdir(), 'stranger-')), 'stranger')
  }, 300_000)
  afterAll(() => exposed.stop())

  test('a good one gets in, over HTTP and gRPC', async () => {
    const good = await exposed.authority.issue('application')
    expect((await exposed.post(good)).status).toBe(200)
    expect(await exposed.grpc(good)).toBe(0)
  })

  test('none, an expired one and one of another authority do not', async () => {
    const clients = {
      none: {},
      expired: await exposed.authority.issue('expired', -1),
      unknown: await stranger.issue('application'),
    }
    for (const [name, client] of Object.entries(clients)) {
      await expect(exposed.post(client).then(({ status }) => `${name}: ${status}`)).rejects.toThrow()
      await expect(exposed.grpc(client).then((status) => `${name}: ${status}`)).rejects.toThrow()
    }
    await eventually(async () => expect(await exposed.log()).toContain('certificate'))
  })

  test('another authority in the file: its clients get in, those of the old one no longer', async () => {
    const [old, other] = [await exposed.authority.issue('old'), await stranger.issue('other')]
    expect((await exposed.post(old)).status).toBe(200)
    await exposed.trust(stranger)
    await eventually(async () => expect((await exposed.post(other)).status).toBe(200))
    await expect(exposed.post(old)).rejects.toThrow()
  })
})
