/** What is explained, as OTLP: each span in a resource of its own, so that its metrics can be told from its neighbours'. */
import { randomBytes } from 'node:crypto'

/** A value as OTLP/JSON has it. */
export type AnyValue = Record<string, unknown>
export interface KeyValue {
  key: string
  value: AnyValue
}

export interface OtlpSpan {
  traceId?: string
  spanId?: string
  parentSpanId?: string
  name?: string
  kind?: number
  startTimeUnixNano?: string
  endTimeUnixNano?: string
  attributes?: KeyValue[]
  events?: { name?: string; attributes?: KeyValue[] }[]
  status?: { code?: number | string; message?: string }
}

export interface ResourceSpans {
  resource?: { attributes?: KeyValue[] }
  scopeSpans: { scope?: { name?: string; version?: string; attributes?: KeyValue[] }; spans: OtlpSpan[] }[]
}

export interface Otlp {
  resourceSpans: ResourceSpans[]
}

/** One span, written by hand: only `name` or `attributes` are needed. */
interface PlainSpan {
  name?: string
  attributes?: Record<string, unknown>
  /** Of the instrumentation: a name, or what OTLP has. */
  scope?: string | { name?: string; version?: string }
  /** Attributes of the resource; without a service.name it is `explain`. */
  resource?: Record<string, unknown>
  kind?: string | number
  status?: { code?: number | string; message?: string }
  events?: { name?: string; attributes?: Record<string, unknown> }[]
  traceId?: string
  spanId?: string
  parentSpanId?: string
  startTimeUnixNano?: string
  endTimeUnixNano?: string
}

export class InputError extends Error {}

/**
 * Reads OTLP/JSON (one export, or several, one a line), a recorded fixture (`otlp`), one plain span, or a list of them.
 *
 * @throws InputError that says what is wrong, for a user
 */
export function readInput(text: string): Otlp {
  const resourceSpans = documents(text).flatMap((document) => resourcesOf(document))
  const single = resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ scope, spans }) =>
      (spans ?? []).map((span) => ({
        ...(resource && { resource }),
        scopeSpans: [{ ...(scope && { scope }), spans: [span] }],
      })),
    ),
  )
  if (single.length === 0) throw new InputError('There is no span in it.')
  return { resourceSpans: single }
}

function documents(text: string): unknown[] {
  if (text.trim() === '') throw new InputError('It is empty.')
  try {
    return [JSON.parse(text)]
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2 || !lines.every((line) => line.trimStart().startsWith('{'))) {
      throw new InputError(`It is no JSON: ${(error as Error).message}`)
    }
    return lines.map((line, i) => {
      try {
        return JSON.parse(line) as unknown
      } catch {
        throw new InputError(
          `It is no JSON, and line ${i + 1} of it is none either: ${(error as Error).message}`,
        )
      }
    })
  }
}

function resourcesOf(document: unknown): ResourceSpans[] {
  if (Array.isArray(document)) return document.flatMap(resourcesOf)
  if (typeof document !== 'object' || document === null) throw new InputError('A span is a JSON object.')
  if ('otlp' in document) return resourcesOf(document.otlp)
  if ('resourceSpans' in document) return (document as Otlp).resourceSpans
  if ('scopeSpans' in document) return [document as ResourceSpans]
  if ('name' in document || 'attributes' in document) return [fromPlain(document as PlainSpan)]
  throw new InputError(
    'It has neither `resourceSpans` (OTLP/JSON) nor `name` and `attributes` (one span). OTLP/JSON is what an OTLP exporter sends over HTTP with the protocol http/json, and what the Collector’s file exporter writes.',
  )
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

function fromPlain(span: PlainSpan): ResourceSpans {
  const kind = typeof span.kind === 'string' ? KINDS.indexOf(span.kind.toLowerCase()) : (span.kind ?? 3)
  if (kind < 0) throw new InputError(`kind is one of ${KINDS.join(', ')}.`)
  const end = BigInt(span.endTimeUnixNano ?? BigInt(Date.now()) * 1_000_000n)
  const resource = { 'service.name': 'explain', ...span.resource }
  return {
    resource: { attributes: keyValues(resource) },
    scopeSpans: [
      {
        scope: typeof span.scope === 'string' ? { name: span.scope } : (span.scope ?? {}),
        spans: [
          {
            name: span.name ?? '',
            kind,
            traceId: span.traceId ?? randomBytes(16).toString('hex'),
            spanId: span.spanId ?? randomBytes(8).toString('hex'),
            ...(span.parentSpanId && { parentSpanId: span.parentSpanId }),
            // A second.
            startTimeUnixNano: span.startTimeUnixNano ?? String(end - 1_000_000_000n),
            endTimeUnixNano: String(end),
            attributes: keyValues(span.attributes ?? {}),
            ...(span.status && { status: span.status }),
            events: (span.events ?? []).map(({ name, attributes }) => ({
              name: name ?? '',
              attributes: keyValues(attributes ?? {}),
            })),
          },
        ],
      },
    ],
  }
}

/** Attributes may be OTLP's list already. */
const keyValues = (attributes: Record<string, unknown> | KeyValue[]): KeyValue[] =>
  Array.isArray(attributes)
    ? attributes
    : Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

function anyValue(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value === 'object' && value !== null) return { kvlistValue: { values: keyValues({ ...value }) } }
  return {}
}

export type Attributes = Record<string, unknown>

/** Attributes as a map of plain values. */
export function plainAttributes(attributes: KeyValue[] = []): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: AnyValue): unknown {
  const [kind, inner] = Object.entries(value)[0] ?? []
  if (kind === 'intValue' || kind === 'doubleValue') return Number(inner)
  if (kind === 'arrayValue') return ((inner as { values?: AnyValue[] }).values ?? []).map(plainValue)
  if (kind === 'kvlistValue') return plainAttributes((inner as { values?: KeyValue[] }).values)
  return inner ?? null
}
