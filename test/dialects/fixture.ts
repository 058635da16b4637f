import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Truth } from './truth.ts'

/** Spans as a library exported them, and what it called while it did. */
export interface Fixture {
  /** `<dialect>/<case>` */
  name: string
  library: string
  language: string
  handMade: boolean
  /** Why it is made by hand. */
  why?: string
  /**
   * What of the truth these spans do not carry: names of `Truth`, `ttft`, `finish_reason`, or `cached`: neither what was
   * read from or written to the cache, nor input with it; `cost`: no model, so no price.
   */
  unsaid?: string[]
  truth: Truth[]
  otlp: Otlp
}

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: KeyValue[]
  events?: { timeUnixNano: string }[]
  links?: { traceId: string; spanId: string }[]
}

interface KeyValue {
  key: string
  value: { stringValue?: string }
}

interface Otlp {
  resourceSpans: {
    resource?: { attributes?: KeyValue[] }
    scopeSpans: { spans: OtlpSpan[] }[]
  }[]
}

const folder = join(import.meta.dirname, 'fixtures')

export function readFixtures(): Fixture[] {
  return readdirSync(folder).flatMap((dialect) =>
    readdirSync(join(folder, dialect)).map((file) => ({
      name: `${dialect}/${file.replace(/\.json$/, '')}`,
      ...(JSON.parse(readFileSync(join(folder, dialect, file), 'utf8')) as Omit<Fixture, 'name'>),
    })),
  )
}

/** The same spans as if they had ended a second ago, in traces of their own, from a service of the fixture's name. */
export function asNow({ name, otlp }: Fixture) {
  const spans = otlp.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const last = spans.map((span) => BigInt(span.endTimeUnixNano)).reduce((a, b) => (a > b ? a : b))
  const shift = BigInt(Date.now() - 1000) * 1_000_000n - last
  const later = (time: string) => String(BigInt(time) + shift)
  const ids = new Map<string, string>()
  const fresh = (id: string) => {
    const known = ids.get(id)
    if (known !== undefined) return known
    const made = randomBytes(id.length / 2).toString('hex')
    ids.set(id, made)
    return made
  }
  /** Langfuse tells times as attributes, in JSON. */
  const movedAttribute = ({ key, value }: KeyValue): KeyValue => {
    const time =
      key.endsWith('completion_start_time') && Date.parse((value.stringValue ?? '').replaceAll('"', ''))
    if (!time) return { key, value }
    return {
      key,
      value: { stringValue: JSON.stringify(new Date(time + Number(shift / 1_000_000n)).toISOString()) },
    }
  }
  const moved = ({ ...span }: OtlpSpan): OtlpSpan => ({
    ...span,
    traceId: fresh(span.traceId),
    spanId: fresh(span.spanId),
    ...(span.parentSpanId && { parentSpanId: fresh(span.parentSpanId) }),
    startTimeUnixNano: later(span.startTimeUnixNano),
    endTimeUnixNano: later(span.endTimeUnixNano),
    ...(span.events && {
      events: span.events.map((event) => ({ ...event, timeUnixNano: later(event.timeUnixNano) })),
    }),
    ...(span.links && { links: [] }),
    ...(span.attributes && { attributes: span.attributes.map(movedAttribute) }),
  })
  const resourceSpans = otlp.resourceSpans.map((resource) => ({
    ...resource,
    resource: {
      ...resource.resource,
      attributes: [
        ...(resource.resource?.attributes ?? []).filter(({ key }) => key !== 'service.name'),
        { key: 'service.name', value: { stringValue: name } },
      ],
    },
    scopeSpans: resource.scopeSpans.map((scope) => ({ ...scope, spans: scope.spans.map(moved) })),
  }))
  const traceIds = [...new Set(spans.map(({ traceId }) => fresh(traceId)))]
  return { otlp: { resourceSpans }, traceIds, spanCount: spans.length }
}
