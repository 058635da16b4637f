import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

/** In stack traces. */
const recorders = join(import.meta.dirname, '..')

export interface Receiver {
  url: string
  /** All spans that came, as one ExportTraceServiceRequest. */
  traces(): { resourceSpans: object[] }
  clear(): void
  stop(): void
}

/** Stands in for what is particular to the machine that records. */
const FIXED: Record<string, string> = {
  'host.name': 'recorder',
  'host.id': 'recorder',
  'process.owner': 'recorder',
  'process.pid': '1',
  'process.command': 'recorder',
  'process.executable.path': 'node',
}

/** An OTLP/HTTP receiver for JSON, which the OpenTelemetry JS exporter writes by itself. */
export async function startReceiver(): Promise<Receiver> {
  let received: object[] = []
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url !== '/v1/traces') return response.end('{}')
    const text = JSON.stringify(await json(request))
      .replaceAll(recorders, '/app')
      .replaceAll(process.execPath, 'node')
    const body = JSON.parse(text) as { resourceSpans?: object[] }
    received.push(...(body.resourceSpans ?? []))
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    traces: () => ({ resourceSpans: received.map(anonymous) }),
    clear: () => (received = []),
    stop: () => server.close().closeAllConnections(),
  }
}

interface ResourceSpans {
  resource?: { attributes?: { key: string; value: object }[] }
}

function anonymous(spans: ResourceSpans): object {
  const attributes = spans.resource?.attributes?.map(({ key, value }) => ({
    key,
    value: key in FIXED ? { stringValue: FIXED[key] } : value,
  }))
  return { ...spans, resource: { ...spans.resource, ...(attributes && { attributes }) } }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
