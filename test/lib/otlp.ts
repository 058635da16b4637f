import { randomBytes } from 'node:crypto'

/** Attribute values as OTLP has them. Whole numbers become ints, others doubles; `Double` forces a double. */
export type Value = string | number | bigint | boolean | Double | Value[] | { [key: string]: Value }
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}
export type Attributes = Record<string, Value | undefined>

export interface SpanInput {
  name?: string
  /** CLIENT unless said otherwise. */
  kind?: 'internal' | 'server' | 'client'
  attributes: Attributes
  traceId?: string
  spanId?: string
  parentSpanId?: string
  traceState?: string
  /** Milliseconds since the epoch; now minus the duration by default. */
  start?: number
  /** Milliseconds; 1,000 by default. */
  duration?: number
  /** What is sent instead of the above, as it is. */
  startTimeUnixNano?: string
  endTimeUnixNano?: string
  status?: 'unset' | 'ok' | 'error'
  statusMessage?: string
  events?: { name: string; attributes?: Attributes }[]
}

export interface Batch {
  service?: string
  resource?: Attributes
  scope?: string
  scopeAttributes?: Attributes
  spans: SpanInput[]
}

export const newTraceId = () => randomBytes(16).toString('hex')
export const newSpanId = () => randomBytes(8).toString('hex')

const KINDS = { internal: 1, server: 2, client: 3 }
const STATUSES = { unset: 0, ok: 1, error: 2 }

/** Spans as OTLP/JSON has them. */
export const otlpJson = (...batches: Batch[]) => JSON.stringify({ resourceSpans: batches.map(resourceSpans) })

/** Posts spans as OTLP/JSON, as any client would. @throws where the receiver refuses them. */
export async function sendSpans(otlpUrl: string, ...batches: Batch[]): Promise<void> {
  const response = await fetch(`${otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: otlpJson(...batches),
  })
  if (!response.ok) throw new Error(`OTLP receiver answered ${response.status}: ${await response.text()}`)
}

function resourceSpans({
  service = 'test',
  resource = {},
  scope = 'test',
  scopeAttributes = {},
  spans,
}: Batch) {
  return {
    resource: { attributes: keyValues({ 'service.name': service, ...resource }) },
    scopeSpans: [
      { scope: { name: scope, attributes: keyValues(scopeAttributes) }, spans: spans.map(otlpSpan) },
    ],
  }
}

function otlpSpan(span: SpanInput) {
  const duration = span.duration ?? 1000
  const start = span.start ?? Date.now() - duration
  return {
    traceId: span.traceId ?? newTraceId(),
    spanId: span.spanId ?? newSpanId(),
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    name: span.name ?? 'span',
    kind: KINDS[span.kind ?? 'client'],
    startTimeUnixNano: span.startTimeUnixNano ?? String(BigInt(start) * 1_000_000n),
    endTimeUnixNano: span.endTimeUnixNano ?? String(BigInt(start + duration) * 1_000_000n),
    attributes: keyValues(span.attributes),
    events: span.events?.map(({ name, attributes = {} }) => ({
      name,
      timeUnixNano: String(BigInt(start) * 1_000_000n),
      attributes: keyValues(attributes),
    })),
    status: { code: STATUSES[span.status ?? 'unset'], message: span.statusMessage },
  }
}

function keyValues(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: String(value) }
  // NaN and Infinity are text in JSON.
  if (value instanceof Double)
    return { doubleValue: Number.isFinite(value.value) ? value.value : String(value.value) }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value === 'object') return { kvlistValue: { values: keyValues(value) } }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
