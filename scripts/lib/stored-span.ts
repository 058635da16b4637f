/** A span as a trace store has it. */
export interface StoredSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified'
  service: string
  scope: string
  /** Empty where the scope has none. */
  scopeVersion: string
  /** Attributes of the resource. */
  resource: Record<string, unknown>
  status: 'unset' | 'ok' | 'error'
  /** Milliseconds since the epoch. */
  startMs: number
  durationMs: number
  attributes: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
}

interface KeyValue {
  key: string
  value?: AnyValue
}
interface AnyValue {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: { values?: AnyValue[] }
}
interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind?: string | number
  /** Left out by Tempo where it is 0. */
  startTimeUnixNano?: string
  endTimeUnixNano?: string
  attributes?: KeyValue[]
  events?: { name: string; attributes?: KeyValue[] }[]
  status?: { code?: string | number }
}
/** Traces as OTLP has them in JSON: Tempo’s answer, and Jaeger’s. */
export interface Otlp {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] }
    scopeSpans?: { scope?: { name?: string; version?: string }; spans?: OtlpSpan[] }[]
  }[]
}

/** By their number in OTLP. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUSES = ['unset', 'ok', 'error'] as const

/** The spans of what a trace store answered: Jaeger follows OTLP, with ids as hex and kinds as numbers, and Tempo protobuf. */
export const spansOf = ({ resourceSpans = [] }: Otlp): StoredSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId, 32),
        spanId: hex(span.spanId, 16),
        parentSpanId: span.parentSpanId ? hex(span.parentSpanId, 16) : undefined,
        name: span.name,
        kind: named(KINDS, span.kind, 'SPAN_KIND_'),
        service: String(plain(resource?.attributes)['service.name']),
        scope: scope?.name ?? '',
        scopeVersion: scope?.version ?? '',
        resource: plain(resource?.attributes),
        status: named(STATUSES, span.status?.code, 'STATUS_CODE_'),
        startMs: Number(BigInt(span.startTimeUnixNano ?? 0) / 1000n) / 1000,
        durationMs: Number(BigInt(span.endTimeUnixNano ?? 0) - BigInt(span.startTimeUnixNano ?? 0)) / 1e6,
        attributes: plain(span.attributes),
        events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: plain(attributes) })),
      })),
    ),
  )

const hex = (id: string, digits: number) =>
  id.length === digits ? id : Buffer.from(id, 'base64').toString('hex')

function named<T extends string>(names: readonly T[], value: string | number | undefined, prefix: string): T {
  if (typeof value === 'string') return value.replace(prefix, '').toLowerCase() as T
  return names[value ?? 0]!
}

const plain = (attributes: KeyValue[] = []) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value === undefined ? undefined : plainValue(value)]),
  )

function plainValue(value: AnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue)
  // A double of 0 is left out by the JSON form.
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? 0
}
