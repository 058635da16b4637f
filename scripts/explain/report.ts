/** What the pipeline made of each span, put together from what came out of its stages. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../collector/config.ts'
import { readHeader } from '../collector/header.ts'
import { spansOf } from './collector.ts'
import type { Outcome, Point, Span } from './collector.ts'
import { MARK, ONCE_WAIT_SECONDS } from './config.ts'
import { meaning } from './flags.ts'
import type { Attributes, Otlp } from './input.ts'
import { priceOf } from './price.ts'
import type { Price } from './price.ts'

export interface Metric {
  /** As Prometheus has it. */
  name: string
  labels: Record<string, string>
  /** Of a histogram the sum. */
  value: number
  count?: number
}

/** A value, and what the span had reported where that differs. */
export interface Said {
  value?: string
  reported?: string
}

export interface Explanation {
  name: string
  spanId: string
  service?: string
  scope: string
  dialect?: { name: string; file: string; basis?: string; limits?: string }
  layer?: string
  role?: string
  operation?: string
  provider?: Said
  requestModel?: Said
  responseModel?: Said
  error?: string
  tokens?: Record<string, number>
  /** Token counts that were changed, and what the span had reported. */
  reportedTokens?: Record<string, unknown>
  price?: Price
  flags: { flag: string; meaning: string }[]
  hidden: { removed: string[]; masked: string[]; cut: string[] }
  counts: boolean
  why: string
  metrics: Metric[]
}

const TOKENS = {
  input: 'gen_ai.usage.input_tokens',
  cache_read: 'gen_ai.usage.cache_read.input_tokens',
  cache_write: 'gen_ai.usage.cache_write.input_tokens',
  cache_write_1h: 'genai.usage.cache_write.1h.input_tokens',
  output: 'gen_ai.usage.output_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
}

export function explain(input: Otlp, { understood, sent, counted, points }: Outcome): Explanation[] {
  const raw = spansOf(input)
  const find = (spans: Span[], { traceId, spanId, name }: Span) =>
    spans.find((span) => span.traceId === traceId && span.spanId === spanId) ??
    // A span without ids was given some.
    spans.find((span) => (traceId === '' || spanId === '') && span.name === name)
  return raw.map((before) => {
    const after = find(sent, before)
    const meant = find(understood, before)
    if (after === undefined || meant === undefined)
      throw new Error(`the span ${before.spanId} did not come out`)
    const tally = counted.find(({ traceId, spanId }) => traceId === after.traceId && spanId === after.spanId)
    const role = text(after.attributes['genai.role'])
    return {
      name: after.name,
      spanId: after.spanId,
      ...optional('service', text(after.resource['service.name'])),
      scope: after.scope,
      ...optional('dialect', dialectOf(after.attributes)),
      ...optional('layer', text(after.attributes['genai.layer'])),
      ...optional('role', role),
      ...(role && called(before.attributes, after.attributes)),
      ...(role === 'inference' && { price: priceOf(after.attributes) }),
      flags: flagsOf(after.attributes),
      hidden: hiddenIn(before, meant, after),
      ...countsOf(after, sent, counted, tally),
      metrics: points.flatMap((point) => metricOf(point, after)),
    }
  })
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const optional = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: V }

function dialectOf(attributes: Attributes) {
  const name = text(attributes['genai.dialect'])
  if (name === undefined) return undefined
  const file = `understand/dialects/${name}.yaml`
  if (!existsSync(join(folder, file))) return { name, file: 'collector/understand' }
  const { fields } = readHeader(join(folder, file))
  const field = (name: string) => fields.find((field) => field.name === name)?.text.trim()
  return {
    name,
    file: `collector/${file}`,
    ...optional('basis', field('Basis')),
    ...optional('limits', field('Limits')),
  }
}

function called(before: Attributes, after: Attributes) {
  const said = (key: string, reported?: string): Said | undefined => {
    const value = text(after[key])
    const was = text(reported === undefined ? undefined : after[reported]) ?? text(before[key])
    if (value === undefined && was === undefined) return undefined
    return { ...optional('value', value), ...optional('reported', was === value ? undefined : was) }
  }
  const tokens = Object.fromEntries(
    Object.entries(TOKENS).flatMap(([name, key]) =>
      typeof after[key] === 'number' ? [[name, after[key]]] : [],
    ),
  )
  const changed = Object.entries(TOKENS).filter(
    ([, key]) => before[key] !== undefined && before[key] !== after[key],
  )
  return {
    ...optional('operation', text(after['gen_ai.operation.name'])),
    ...optional('provider', said('gen_ai.provider.name', 'genai.provider.reported')),
    ...optional('requestModel', said('gen_ai.request.model')),
    ...optional('responseModel', said('gen_ai.response.model', 'genai.response.model.reported')),
    ...optional('error', text(after['error.type'])),
    ...(Object.keys(tokens).length > 0 && { tokens }),
    ...(changed.length > 0 && {
      reportedTokens: Object.fromEntries(changed.map(([, key]) => [key, before[key]])),
    }),
  }
}

function flagsOf(attributes: Attributes) {
  const flags = attributes['genai.flag']
  return (Array.isArray(flags) ? flags : []).map((flag) => ({
    flag: String(flag),
    meaning: meaning(String(flag)) ?? 'A flag that explain does not know.',
  }))
}

/** Not what the stages work with. */
const OURS = /^genai\.|^gen_ai\.usage\.cost\./

/** What was taken out, masked or cut behind the stage that understands a span, by its key. */
function hiddenIn(before: Span, meant: Span, after: Span): Explanation['hidden'] {
  const hidden: Explanation['hidden'] = { removed: [], masked: [], cut: [] }
  const compare = (where: string, was: unknown, is: unknown) => {
    if (was === undefined || JSON.stringify(was) === JSON.stringify(is)) return
    if (is === undefined) hidden.removed.push(where)
    else if (typeof was === 'string' && typeof is === 'string' && was.startsWith(is)) hidden.cut.push(where)
    else hidden.masked.push(where)
  }
  const compareAll = (where: string, was: Attributes, is: Attributes) => {
    for (const key of Object.keys(was).filter((key) => !OURS.test(key)))
      compare(`${where}${key}`, was[key], is[key])
  }
  compare('the span’s name', meant.name, after.name)
  compare('the status message', meant.status, after.status)
  compareAll('', meant.attributes, after.attributes)
  // A program's arguments are taken out first of all.
  compareAll('resource ', before.resource, after.resource)
  meant.events.forEach((event, i) => {
    compare(`the name of event ${i + 1}`, event.name, after.events[i]?.name)
    compareAll(`event ${i + 1} `, event.attributes, after.events[i]?.attributes ?? {})
  })
  return hidden
}

const ROLES: Record<string, string> = {
  attempt: 'as an HTTP attempt of a call',
  tool: 'as a tool',
  agent: 'as an agent',
  request: 'as a request to the application',
  mcp_client: 'as a request to an MCP server',
  mcp_server: 'as a request that an MCP server answered',
}

const WAITED: Record<string, string> = {
  outer: 'an SDK or a gateway might report the same call',
  inner: 'it tells no usage, and another layer might',
  patched: 'Anthropic’s SDK might report the same call',
  gateway: 'its server is no provider’s, so that a gateway there might report the same call',
  platform: 'the SDK might report the same call',
}

function countsOf(span: Span, spans: Span[], counted: Span[], tally: Span | undefined) {
  const role = text(span.attributes['genai.role'])
  if (role === undefined) {
    const why =
      'It is no call of a model, no agent, no tool, no HTTP attempt of a call and no request with app.endpoint.'
    return { counts: false, why }
  }
  if (text(span.attributes['genai.counted_in']) === 'logs') {
    const why =
      'The agent tells the call in a log event, too, and that counts (docs/agents.md). GENAI_AGENTS=spans counts the span.'
    return { counts: false, why }
  }
  if (tally) {
    const waits = text(tally.attributes['once.waits'])
    const waited =
      waits === undefined
        ? ''
        : ` It waited (GENAI_ONCE_WAIT; here ${ONCE_WAIT_SECONDS} s), as ${WAITED[waits] ?? 'an inner layer might report the same call'}. None did.`
    if (role === 'inference') return { counts: true, why: `As a call.${waited}` }
    if (role === 'unrecognized') {
      const why = `Only as unrecognised usage: it names a model and tells usage, and no dialect takes it for a call. alerts/runbooks/LLMUsageUnrecognized.md says what to do.${waited}`
      return { counts: true, why }
    }
    return { counts: true, why: `${upperFirst(ROLES[role] ?? `with the role ${role}`)}.` }
  }
  const inner = innerOf(span, spans, counted)
  const why = inner
    ? `The ${text(inner.attributes['genai.layer']) ?? 'inner'} layer’s span ${inner.name} (${inner.spanId}) reports the same call, and counts instead. docs/once.md has the rules.`
    : 'Another span reports the same call (docs/once.md).'
  return { counts: false, why }
}

const upperFirst = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** Which counted call of the trace the span was left out for: one below it, else one with its tokens, else the one above it. */
function innerOf(span: Span, spans: Span[], counted: Span[]): Span | undefined {
  const calls = spans.filter(
    ({ traceId, spanId, attributes }) =>
      traceId === span.traceId &&
      spanId !== span.spanId &&
      attributes['genai.role'] === 'inference' &&
      counted.some((other) => other.traceId === traceId && other.spanId === spanId),
  )
  const parents = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]))
  const isBelow = ({ spanId }: Span, top: Span) => {
    const seen = new Set<string>()
    for (let id = parents.get(spanId); id && !seen.has(id); id = parents.get(id)) {
      if (id === top.spanId) return true
      seen.add(id)
    }
    return false
  }
  const sameTokens = ({ attributes }: Span) =>
    [TOKENS.input, TOKENS.output].every((key) => attributes[key] === span.attributes[key])
  return (
    calls.find((call) => isBelow(call, span) && sameTokens(call)) ??
    calls.find((call) => isBelow(call, span)) ??
    calls.find(sameTokens) ??
    calls.find((call) => isBelow(span, call)) ??
    calls[0]
  )
}

/** The metric, if it is the span's. */
function metricOf({ metric, unit, labels, value, count }: Point, { traceId, spanId }: Span): Metric[] {
  const [, ofTrace, ofSpan, namespace] = MARK.exec(text(labels['service.namespace']) ?? '') ?? []
  if (ofTrace !== traceId || ofSpan !== spanId) return []
  const shown: Attributes = { ...labels, 'service.namespace': namespace }
  return [
    {
      name: prometheusName(metric, unit, count === undefined),
      labels: Object.fromEntries(
        Object.entries(shown)
          .filter(([, label]) => label !== '')
          .map(([key, label]) => [key.replaceAll(/\W/g, '_'), String(label)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      value,
      ...optional('count', count),
    },
  ]
}

const UNITS: Record<string, string> = { s: '_seconds', '{token}/s': '_per_second' }

/** As Prometheus translates it: https://prometheus.io/docs/guides/opentelemetry/#utf-8 */
const prometheusName = (metric: string, unit: string, counter: boolean) =>
  `${metric.replaceAll(/\W/g, '_')}${UNITS[unit] ?? ''}${counter ? '_total' : ''}`
