/** OTLP/protobuf and Prometheus' remote write, as they come over the wire: by hand, so that nothing of the Collector's reads them. */

export type Value = string | number | bigint | boolean | Uint8Array | Value[] | { [key: string]: Value }
export type Attributes = Record<string, Value>

export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  attributes: Attributes
  resource: Attributes
  scope: string
  events: { name: string; attributes: Attributes }[]
}

export interface Point {
  attributes: Attributes
  start: bigint
  time: bigint
  /** Of a number. */
  value?: number
  /** Of a histogram. */
  count?: number
  sum?: number
}

export type Kind = 'gauge' | 'sum' | 'histogram' | 'exponential' | 'summary'

export interface Metric {
  name: string
  unit: string
  kind: Kind
  /** Of sums and histograms. */
  temporality?: 'delta' | 'cumulative'
  points: Point[]
  resource: Attributes
}

export interface LogRecord {
  body: Value | undefined
  attributes: Attributes
  resource: Attributes
}

/** A field as it stands: a number, or bytes. */
type Field = number | bigint | Uint8Array

class Message {
  readonly #fields = new Map<number, Field[]>()

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    const varint = () => {
      let result = 0n
      for (let shift = 0n; ; shift += 7n) {
        const byte = view.getUint8(at++)
        result |= BigInt(byte & 127) << shift
        if (byte < 128) return result
      }
    }
    while (at < bytes.length) {
      const tag = Number(varint())
      const fields = this.#fields.get(tag >> 3) ?? []
      this.#fields.set(tag >> 3, fields)
      switch (tag & 7) {
        case 0:
          fields.push(varint())
          break
        case 1:
          fields.push(view.getBigUint64(at, true))
          at += 8
          break
        case 2: {
          const length = Number(varint())
          if (at + length > bytes.length) throw new Error('cut off')
          fields.push(bytes.subarray(at, at + length))
          at += length
          break
        }
        case 5:
          fields.push(view.getUint32(at, true))
          at += 4
          break
        default:
          throw new Error(`wire type ${tag & 7}`)
      }
    }
  }

  bytes(field: number): Uint8Array | undefined {
    return this.#fields.get(field)?.at(-1) as Uint8Array | undefined
  }
  all(field: number): Message[] {
    return (this.#fields.get(field) ?? []).map((bytes) => new Message(bytes as Uint8Array))
  }
  one(field: number): Message | undefined {
    return this.all(field).at(-1)
  }
  text(field: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(field) ?? new Uint8Array())
  }
  hex(field: number): string {
    return Buffer.from(this.bytes(field) ?? []).toString('hex')
  }
  whole(field: number): bigint | undefined {
    return this.#fields.get(field)?.at(-1) as bigint | undefined
  }
  double(field: number): number | undefined {
    const bits = this.whole(field)
    return bits === undefined ? undefined : Buffer.from(new BigUint64Array([bits]).buffer).readDoubleLE()
  }
  has(field: number): boolean {
    return this.#fields.has(field)
  }
}

function value(any: Message): Value | undefined {
  if (any.has(1)) return any.text(1)
  if (any.has(2)) return any.whole(2) !== 0n
  if (any.has(3)) return Number(BigInt.asIntN(64, any.whole(3)!))
  if (any.has(4)) return any.double(4)
  if (any.has(5))
    return any
      .one(5)!
      .all(1)
      .map((item) => value(item)!)
  if (any.has(6)) return attributes(any.one(6), 1)
  return any.bytes(7)
}

const attributes = (message: Message | undefined, field: number): Attributes =>
  Object.fromEntries(
    (message?.all(field) ?? []).flatMap((pair) => {
      const any = pair.one(2)
      const decoded = any && value(any)
      return decoded === undefined ? [] : [[pair.text(1), decoded]]
    }),
  )

/** An ExportTraceServiceRequest. @throws where it is none */
export const spansIn = (bytes: Uint8Array): Span[] =>
  new Message(bytes).all(1).flatMap((resourceSpans) =>
    resourceSpans.all(2).flatMap((scopeSpans) =>
      scopeSpans.all(2).map((span) => ({
        traceId: span.hex(1),
        spanId: span.hex(2),
        parentSpanId: span.hex(4),
        name: span.text(5),
        attributes: attributes(span, 9),
        resource: attributes(resourceSpans.one(1), 1),
        scope: scopeSpans.one(1)?.text(1) ?? '',
        events: span.all(11).map((event) => ({ name: event.text(2), attributes: attributes(event, 3) })),
      })),
    ),
  )

const KINDS: [number, Kind][] = [
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponential'],
  [11, 'summary'],
]

/** An ExportMetricsServiceRequest. @throws where it is none */
export const metricsIn = (bytes: Uint8Array): Metric[] =>
  new Message(bytes).all(1).flatMap((resourceMetrics) =>
    resourceMetrics.all(2).flatMap((scopeMetrics) =>
      scopeMetrics.all(2).map((metric) => {
        const [field, kind] = KINDS.find(([number]) => metric.has(number))!
        const data = metric.one(field)!
        const temporality = data.whole(2) === 1n ? 'delta' : data.whole(2) === 2n ? 'cumulative' : undefined
        return {
          name: metric.text(1),
          unit: metric.text(3),
          kind,
          ...(temporality && kind !== 'gauge' && { temporality }),
          points: data.all(1).map((point) => pointOf(point, kind)),
          resource: attributes(resourceMetrics.one(1), 1),
        }
      }),
    ),
  )

function pointOf(point: Message, kind: Kind): Point {
  const when = { start: point.whole(2) ?? 0n, time: point.whole(3) ?? 0n }
  if (kind === 'gauge' || kind === 'sum') {
    const number = point.double(4) ?? Number(BigInt.asIntN(64, point.whole(6) ?? 0n))
    return { attributes: attributes(point, 7), ...when, value: number }
  }
  const count = Number(point.whole(4) ?? 0n)
  const sum = point.double(5) ?? 0
  return {
    attributes: attributes(point, kind === 'histogram' ? 9 : kind === 'exponential' ? 1 : 7),
    ...when,
    count,
    sum,
  }
}

/** An ExportLogsServiceRequest. @throws where it is none */
export const logsIn = (bytes: Uint8Array): LogRecord[] =>
  new Message(bytes).all(1).flatMap((resourceLogs) =>
    resourceLogs.all(2).flatMap((scopeLogs) =>
      scopeLogs.all(2).map((record) => ({
        body: record.has(5) ? value(record.one(5)!) : undefined,
        attributes: attributes(record, 6),
        resource: attributes(resourceLogs.one(1), 1),
      })),
    ),
  )

export interface Series {
  labels: Record<string, string>
  samples: { value: number; time: number }[]
  histograms: number
}

/** A prometheus.WriteRequest (1.0). @throws where it is none */
export const seriesIn = (bytes: Uint8Array): Series[] =>
  new Message(bytes).all(1).map((series) => ({
    labels: Object.fromEntries(series.all(1).map((label) => [label.text(1), label.text(2)])),
    samples: series
      .all(2)
      .map((sample) => ({ value: sample.double(1) ?? 0, time: Number(sample.whole(2) ?? 0n) })),
    histograms: series.all(4).length,
  }))

/** Snappy's block format: https://github.com/google/snappy/blob/main/format_description.txt */
export function unsnappy(bytes: Uint8Array): Uint8Array {
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!
    length += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  const out = new Uint8Array(length)
  let to = 0
  const little = (count: number) => {
    let number = 0
    for (let i = 0; i < count; i++) number += bytes[at++]! * 2 ** (8 * i)
    return number
  }
  while (at < bytes.length) {
    const tag = bytes[at++]!
    if ((tag & 3) === 0) {
      const size = (tag >> 2 < 60 ? tag >> 2 : little((tag >> 2) - 59)) + 1
      out.set(bytes.subarray(at, at + size), to)
      at += size
      to += size
      continue
    }
    const size = (tag & 3) === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const offset = (tag & 3) === 1 ? (tag >> 5) * 256 + bytes[at++]! : little((tag & 3) === 2 ? 2 : 4)
    for (let i = 0; i < size; i++, to++) out[to] = out[to - offset]!
  }
  if (to !== length) throw new Error(`snappy: ${to} bytes instead of ${length}`)
  return out
}
