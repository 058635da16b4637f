/** OTLP/JSON of a resource's spans as OTLP/protobuf, by hand: no library writes what breaks its own rules. */
import type { ResourceSpans } from '../../scripts/explain/input.ts'

type Kind = 'text' | 'hex' | 'base64' | 'flag' | 'varint' | 'fixed64' | 'fixed32' | 'double' | Message
interface Message {
  readonly [name: string]: readonly [number: number, kind: () => Kind]
}

const of = (kind: Kind) => () => kind

const anyValue: Message = {
  stringValue: [1, of('text')],
  boolValue: [2, of('flag')],
  intValue: [3, of('varint')],
  doubleValue: [4, of('double')],
  arrayValue: [5, () => ({ values: [1, () => anyValue] })],
  kvlistValue: [6, () => ({ values: [1, () => keyValue] })],
  bytesValue: [7, of('base64')],
}
const keyValue: Message = { key: [1, of('text')], value: [2, () => anyValue] }
const attributes = [() => keyValue] as const
const event: Message = {
  timeUnixNano: [1, of('fixed64')],
  name: [2, of('text')],
  attributes: [3, ...attributes],
  droppedAttributesCount: [4, of('varint')],
}
const link: Message = {
  traceId: [1, of('hex')],
  spanId: [2, of('hex')],
  traceState: [3, of('text')],
  attributes: [4, ...attributes],
  droppedAttributesCount: [5, of('varint')],
  flags: [6, of('fixed32')],
}
const span: Message = {
  traceId: [1, of('hex')],
  spanId: [2, of('hex')],
  traceState: [3, of('text')],
  parentSpanId: [4, of('hex')],
  name: [5, of('text')],
  kind: [6, of('varint')],
  startTimeUnixNano: [7, of('fixed64')],
  endTimeUnixNano: [8, of('fixed64')],
  attributes: [9, ...attributes],
  droppedAttributesCount: [10, of('varint')],
  events: [11, of(event)],
  droppedEventsCount: [12, of('varint')],
  links: [13, of(link)],
  droppedLinksCount: [14, of('varint')],
  status: [15, of({ message: [2, of('text')], code: [3, of('varint')] })],
  flags: [16, of('fixed32')],
}
const resourceSpans: Message = {
  resource: [
    1,
    of({
      attributes: [1, ...attributes],
      droppedAttributesCount: [2, of('varint')],
      entityRefs: [
        3,
        of({
          schemaUrl: [1, of('text')],
          type: [2, of('text')],
          idKeys: [3, of('text')],
          descriptionKeys: [4, of('text')],
        }),
      ],
    }),
  ],
  scopeSpans: [
    2,
    of({
      scope: [
        1,
        of({
          name: [1, of('text')],
          version: [2, of('text')],
          attributes: [3, ...attributes],
          droppedAttributesCount: [4, of('varint')],
        }),
      ],
      spans: [2, of(span)],
      schemaUrl: [3, of('text')],
    }),
  ],
  schemaUrl: [3, of('text')],
}

/** The content of one ResourceSpans message. @throws where a field is none of OTLP's */
export const resourceSpansBytes = (spans: ResourceSpans): Buffer => messageBytes(resourceSpans, spans)

/** An ExportTraceServiceRequest of such contents. */
export const requestBytes = (...contents: Buffer[]): Buffer =>
  Buffer.concat(contents.map((content) => withLength(1, content)))

function messageBytes(message: Message, content: object): Buffer {
  const parts = Object.entries(content).flatMap(([name, value]: [string, unknown]) => {
    const field = message[name]
    if (field === undefined) throw new Error(`OTLP has no field ${name} here`)
    const [number, kind] = field
    return (Array.isArray(value) ? value : [value]).map((item) => fieldBytes(number, kind(), item))
  })
  return Buffer.concat(parts)
}

function fieldBytes(number: number, kind: Kind, value: unknown): Buffer {
  switch (kind) {
    case 'text':
      return withLength(number, Buffer.from(String(value)))
    case 'hex':
      return withLength(number, Buffer.from(String(value), 'hex'))
    case 'base64':
      return withLength(number, Buffer.from(String(value), 'base64'))
    case 'flag':
      return Buffer.concat([varint(number << 3), varint(value ? 1 : 0)])
    case 'varint':
      return Buffer.concat([varint(number << 3), varint(BigInt(value as string))])
    case 'fixed64': {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as string)))
      return Buffer.concat([varint((number << 3) | 1), bytes])
    }
    case 'double': {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(Number(value))
      return Buffer.concat([varint((number << 3) | 1), bytes])
    }
    case 'fixed32': {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(Number(BigInt.asUintN(32, BigInt(value as string))))
      return Buffer.concat([varint((number << 3) | 5), bytes])
    }
    default:
      return withLength(number, messageBytes(kind, value as object))
  }
}

const withLength = (number: number, content: Buffer) =>
  Buffer.concat([varint((number << 3) | 2), varint(content.length), content])

function varint(value: number | bigint): Buffer {
  const bytes = []
  // A negative int64 has ten bytes.
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}
