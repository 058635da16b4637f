/**
 * What the bench sends: OTLP requests as an application's batch processor makes them, one resource and 512 spans each,
 * with the spans that the libraries' recorded fixtures hold.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../scripts/lib/eventually.ts'
import { root } from '../lib/docker.ts'
import { hostPort, removeCollector, startCollector } from './collector.ts'

/** OTel's default for a batch (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`). */
const SPANS_PER_REQUEST = 512

interface Span {
  traceId: string
  attributes?: Attribute[]
  [field: string]: unknown
}

interface Attribute {
  key: string
  value: object
}

interface ScopeSpans {
  scope?: { name?: string }
  spans: Span[]
}

export interface Export {
  resourceSpans: { resource?: { attributes?: Attribute[] }; scopeSpans: ScopeSpans[] }[]
}

/** One request, encoded. */
export interface Payload {
  body: Buffer
  spans: number
}

const text = (key: string, stringValue: string): Attribute => ({ key, value: { stringValue } })
const number = (key: string, intValue: number): Attribute => ({ key, value: { intValue } })

/** A resource as the SDKs' own detectors make it: process, host, SDK. The fixtures' recorders leave these out. */
const RESOURCE: Attribute[] = [
  text('service.name', 'checkout'),
  text('service.version', '2.4.1'),
  text('service.instance.id', 'f2a7c1de-94c5-4f6b-8c02-0f6c4b9a7e31'),
  text('deployment.environment.name', 'production'),
  text('telemetry.sdk.language', 'nodejs'),
  text('telemetry.sdk.name', 'opentelemetry'),
  text('telemetry.sdk.version', '2.9.0'),
  text('host.name', 'checkout-7d9c6b5f4-x2x7k'),
  text('host.arch', 'amd64'),
  number('process.pid', 17),
  text('process.executable.path', '/usr/local/bin/node'),
  text('process.command', '/app/src/server.js'),
  text('process.runtime.name', 'nodejs'),
  text('process.runtime.version', '24.21.0'),
]

/** The fixtures of test/dialects, in one request for each dialect named. */
export async function dialectExports(dialects: readonly string[]): Promise<Export[]> {
  const fixtures = join(root, 'test', 'dialects', 'fixtures')
  return Promise.all(
    dialects.map(async (dialect) => {
      const files = (await readdir(join(fixtures, dialect))).sort()
      const recorded = await Promise.all(
        files.map(async (file) => {
          const { otlp } = JSON.parse(await readFile(join(fixtures, dialect, file), 'utf8')) as {
            otlp: Export
          }
          return otlp
        }),
      )
      return oneExport(recorded.flatMap(({ resourceSpans }) => resourceSpans))
    }),
  )
}

/** Spans that have nothing to do with models: an HTTP server's, its database's, and its calls of other services. */
export function otherExports(): Export[] {
  const spans = (kind: number, name: string, attributes: Attribute[], failed = false): Span => ({
    traceId: '00',
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: randomBytes(8).toString('hex'),
    name,
    kind,
    startTimeUnixNano: '1795175722567954294',
    endTimeUnixNano: '1795175723022495631',
    attributes,
    status: failed ? { code: 2, message: 'Connection refused' } : {},
    ...(failed && {
      events: [
        {
          timeUnixNano: '1795175723000000000',
          name: 'exception',
          attributes: [
            text('exception.type', 'ECONNREFUSED'),
            text('exception.message', 'Connection refused'),
            text(
              'exception.stacktrace',
              'Error: Connection refused\n'.padEnd(900, '    at Socket.connect\n'),
            ),
          ],
        },
      ],
    }),
  })
  const http = (method: string) => [
    text('http.request.method', method),
    text('url.scheme', 'https'),
    text('url.path', '/api/orders/8123'),
    text('server.address', 'orders.internal'),
    number('server.port', 8443),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', 'node'),
  ]
  const server = [...http('GET'), text('http.route', '/api/orders/:id'), text('client.address', '10.2.7.19')]
  const database = [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'orders'),
    text('db.operation.name', 'SELECT'),
    text('db.query.text', 'SELECT id, state, total FROM orders WHERE id = $1'),
    text('server.address', 'db.internal'),
    number('server.port', 5432),
  ]
  const client = [...http('POST'), text('url.full', 'https://orders.internal:8443/api/orders/8123')]
  return [
    oneExport([
      {
        scopeSpans: [
          {
            scope: { name: '@opentelemetry/instrumentation-http' },
            spans: [
              spans(2, 'GET /api/orders/:id', [...server, number('http.response.status_code', 200)]),
              spans(3, 'POST', [...client, number('http.response.status_code', 201)]),
              spans(3, 'POST', [...client, text('error.type', 'ECONNREFUSED')], true),
            ],
          },
          {
            scope: { name: '@opentelemetry/instrumentation-pg' },
            spans: [spans(3, 'SELECT orders', database), spans(3, 'SELECT orders', database)],
          },
        ],
      },
    ]),
  ]
}

/** The simulator's host, which recorded spans name, becomes that of an API. */
function inProduction(attribute: Attribute): Attribute {
  const { key, value } = attribute
  const isLocal = key === 'server.address' && JSON.stringify(value).includes('127.0.0.1')
  return isLocal ? text(key, 'api.anthropic.com') : attribute
}

/** One resource, each scope once, and the spans in turn until there are enough, each time in traces of their own. */
function oneExport(recorded: Export['resourceSpans']): Export {
  const resource = new Map(
    [...recorded.flatMap((part) => part.resource?.attributes ?? []), ...RESOURCE].map((attribute) => [
      attribute.key,
      attribute,
    ]),
  )
  const scopes = new Map<string, ScopeSpans>()
  const all = recorded.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans, ...rest }) => spans.map((span) => ({ span, ...rest }))),
  )
  const traces = new Map<string, string>()
  for (let i = 0; i < SPANS_PER_REQUEST; i++) {
    if (i % all.length === 0) traces.clear()
    const { span, ...rest } = all[i % all.length]!
    const name = rest.scope?.name ?? ''
    if (!scopes.has(name)) scopes.set(name, { ...rest, spans: [] })
    if (!traces.has(span.traceId)) traces.set(span.traceId, randomBytes(16).toString('hex'))
    const attributes = span.attributes?.map(inProduction)
    scopes
      .get(name)!
      .spans.push({ ...span, traceId: traces.get(span.traceId)!, ...(attributes && { attributes }) })
  }
  return {
    resourceSpans: [{ resource: { attributes: [...resource.values()] }, scopeSpans: [...scopes.values()] }],
  }
}

/** The exports as protobuf, which a Collector's file exporter writes. */
export async function encode(image: string, exports: readonly Export[]): Promise<Payload[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-encoder-'))
  // The image's user is not ours.
  await chmod(folder, 0o777)
  await writeFile(
    join(folder, 'config.yaml'),
    `
receivers: { otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } } }
exporters: { file: { path: /bench/out, format: proto, flush_interval: 100ms } }
service: { telemetry: { metrics: { level: none } }, pipelines: { traces: { receivers: [otlp], exporters: [file] } } }
`,
  )
  const encoder = await startCollector(image, 'encoder', folder)
  try {
    const url = `http://127.0.0.1:${await hostPort(encoder, 4318)}/v1/traces`
    for (const body of exports) {
      await eventually(async () => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        if (!response.ok) throw new Error(await response.text())
      })
    }
    return await eventually(async () => {
      const bytes = await readFile(join(folder, 'out'))
      const payloads: Payload[] = []
      // Each message behind its length, 4 bytes big-endian.
      for (let at = 0; at + 4 <= bytes.length;) {
        const length = bytes.readUInt32BE(at)
        payloads.push({ body: bytes.subarray(at + 4, at + 4 + length), spans: SPANS_PER_REQUEST })
        at += 4 + length
      }
      if (payloads.length < exports.length) {
        throw new Error(`${payloads.length} of ${exports.length} requests encoded`)
      }
      return payloads
    })
  } finally {
    await removeCollector(encoder)
    await rm(folder, { recursive: true, force: true })
  }
}
