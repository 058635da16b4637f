/** A recording, sent as if the agent had been started again just now. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Truth } from '../dialects/truth.ts'

const SIGNALS = ['traces', 'logs', 'metrics'] as const

export interface Recording {
  agent: string
  truth: Truth[]
  traces: object[]
  logs: object[]
  metrics: object[]
}

const RESOURCES = { traces: 'resourceSpans', logs: 'resourceLogs', metrics: 'resourceMetrics' }

/** With times that end now, new ids of traces, spans and sessions, and the service's name. */
function againNow(recording: Recording, service: string) {
  const text = JSON.stringify(recording)
  const times = [...text.matchAll(/"(?:endT|t)imeUnixNano":"?(\d{19})/g)].map(([, time]) => BigInt(time!))
  const last = times.reduce((a, b) => (a > b ? a : b), 0n)
  const shift = BigInt(Date.now() - 500) * 1_000_000n - last
  const fresh = new Map<string, string>()
  const renewed = (id: string, make: () => string) => {
    if (!fresh.has(id)) fresh.set(id, make())
    return fresh.get(id)!
  }
  const moved = JSON.parse(
    text
      .replaceAll(
        /(TimeUnixNano|timeUnixNano)":"?(\d{19})"?/g,
        (_, key: string, time: string) => `${key}":"${BigInt(time) + shift}"`,
      )
      .replaceAll(
        /(traceId|spanId|parentSpanId)":"([0-9a-f]+)"/g,
        (_, key: string, id: string) =>
          `${key}":"${renewed(id, () => randomBytes(id.length / 2).toString('hex'))}"`,
      )
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => renewed(id, randomUUID)),
  ) as Recording
  const named = (resource: object) => {
    const { resource: { attributes = [] } = {} } = resource as {
      resource?: { attributes?: { key: string }[] }
    }
    const others = attributes.filter(({ key }) => key !== 'service.name')
    return {
      ...resource,
      resource: { attributes: [...others, { key: 'service.name', value: { stringValue: service } }] },
    }
  }
  return Object.fromEntries(
    SIGNALS.map((signal) => [signal, { [RESOURCES[signal]]: moved[signal].map(named) }]),
  ) as Record<(typeof SIGNALS)[number], object>
}

/** Sends a recording as if the agent had been started again just now. @throws where the Collector refuses a signal */
export async function sendAgain(otlpUrl: string, recording: Recording, service: string): Promise<void> {
  const again = againNow(recording, service)
  for (const signal of SIGNALS) {
    const response = await fetch(`${otlpUrl}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(again[signal]),
    })
    if (!response.ok) throw new Error(`${signal}: ${response.status} ${await response.text()}`)
  }
}
