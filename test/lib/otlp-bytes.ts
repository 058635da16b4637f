/** Spans as OTLP/protobuf, by hand: no library for it writes text that is no UTF-8. */
import { newSpanId } from './otlp.ts'

type Text = string | Buffer

/** Whole numbers, text, bytes in the place of text, lists of these. */
export type RawValue = number | Text | RawValue[]

export interface RawSpan {
  traceId: string
  name?: Text
  status?: Text
  /** Pairs, as a key may be bytes. */
  attributes: [Text, RawValue][]
  event?: { name: Text; attributes: [Text, RawValue][] }
}

/** Posts one resource with its spans. @throws where the receiver refuses them. */
export async function sendBytes(
  otlpUrl: string,
  batch: { resource: [Text, RawValue][]; scope?: Text; spans: RawSpan[] },
): Promise<void> {
  const resource = field(1, keyValues(1, batch.resource))
  const scopeSpans = field(2, field(1, field(1, batch.scope ?? 'test')), ...batch.spans.map(span))
  const response = await fetch(`${otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: field(1, resource, scopeSpans),
  })
  if (!response.ok) throw new Error(`OTLP receiver answered ${response.status}: ${await response.text()}`)
}

function span({ traceId, name = 'span', status, attributes, event }: RawSpan): Buffer {
  const end = BigInt(Date.now()) * 1_000_000n
  return field(
    2,
    field(1, Buffer.from(traceId, 'hex')),
    field(2, Buffer.from(newSpanId(), 'hex')),
    field(5, name),
    // SPAN_KIND_CLIENT
    Buffer.concat([varint((6 << 3) | 0), varint(3)]),
    fixed(7, end - 1_000_000_000n),
    fixed(8, end),
    keyValues(9, attributes),
    ...(event ? [field(11, fixed(1, end), field(2, event.name), keyValues(3, event.attributes))] : []),
    ...(status === undefined ? [] : [field(15, field(2, status))]),
  )
}

const keyValues = (number: number, pairs: [Text, RawValue][]) =>
  Buffer.concat(pairs.map(([key, value]) => field(number, field(1, key), field(2, anyValue(value)))))

function anyValue(value: RawValue): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(3 << 3), varint(value)])
  if (Array.isArray(value)) return field(5, ...value.map((item) => field(1, anyValue(item))))
  return field(1, value)
}

/** A field of text, bytes or a message, with its length in front. */
function field(number: number, ...parts: Text[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content])
}

function fixed(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([varint((number << 3) | 1), bytes])
}

function varint(value: number): Buffer {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Buffer.from([...bytes, value])
}
