/** A span as Tempo stored it. */
export interface StoredSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified'
  service: string
  scope: string
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
  spanId: string
  parentSpanId?: string
  name: string
  kind?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: KeyValue[]
  events?: { name: string; attributes?: KeyValue[] }[]
  status?: { code?: string }
}
interface Trace {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] }
    scopeSpans?: { scope?: { name?: string }; spans?: OtlpSpan[] }[]
  }[]
}

/**
 * The spans of a trace by its id, which Tempo finds at once; search lags behind. None where it has no such trace yet.
 *
 * @throws where Tempo answers anything but the trace or 404.
 */
export async function readTrace(tempoUrl: string, traceId: string): Promise<StoredSpan[]> {
  const response = await fetch(`${tempoUrl}/api/v2/traces/${traceId}`, {
    headers: { accept: 'application/json' },
  })
  if (response.status === 404) return []
  if (!response.ok) throw new Error(`Tempo answered ${response.status}: ${await response.text()}`)
  const { trace = {} } = (await response.json()) as { trace?: Trace }
  return (trace.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId,
        // Tempo has ids as base64.
        spanId: hex(span.spanId),
        parentSpanId: span.parentSpanId ? hex(span.parentSpanId) : undefined,
        name: span.name,
        kind: (span.kind ?? 'SPAN_KIND_UNSPECIFIED')
          .replace('SPAN_KIND_', '')
          .toLowerCase() as StoredSpan['kind'],
        service: String(plain(resource?.attributes)['service.name']),
        scope: scope?.name ?? '',
        status: (span.status?.code ?? 'STATUS_CODE_UNSET')
          .replace('STATUS_CODE_', '')
          .toLowerCase() as StoredSpan['status'],
        startMs: Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000,
        durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
        attributes: plain(span.attributes),
        events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: plain(attributes) })),
      })),
    ),
  )
}

const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')

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
