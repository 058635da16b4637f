/** Spans of real libraries, changed at random into what none of them sends. */
import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { AnyValue, KeyValue, ResourceSpans } from '../../scripts/explain/input.ts'
import { asNow } from '../dialects/fixture.ts'
import type { Fixture } from '../dialects/fixture.ts'

/** How an input is sent, and whether each of its spans must come out again. */
export interface Input {
  encoding: 'json' | 'protobuf'
  spans: ResourceSpans
  /** Edits of the encoded bytes: what is in there then, nobody knows, if it can be read at all. */
  edits: Edit[]
}

export interface Edit {
  how: 'flip' | 'insert' | 'delete' | 'repeat' | 'cut'
  /** Where, as a share of the whole. */
  at: number
  bytes: Uint8Array
}

/** Those that the pipeline reads, by which most of its ways are reached. */
const KEYS = [
  ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.system', 'gen_ai.request.model'],
  ...['gen_ai.response.model', 'gen_ai.response.id', 'gen_ai.response.finish_reasons', 'gen_ai.tool.name'],
  ...['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cache_read.input_tokens'],
  ...['gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cost', 'gen_ai.response.time_to_first_chunk'],
  ...['error.type', 'http.response.status_code', 'server.address', 'url.full', 'exception.message'],
  ...['app.feature', 'app.endpoint', 'app.user_id', 'deployment.environment.name', 'service.version'],
]

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', '\0', 'NaN', '-1', '1e309', '0x10', 'null', '[]', '{}', '{"a":', '[1,'),
  fc.constantFrom(
    'chat',
    'claude-haiku-4-5',
    'openai',
    'anthropic',
    '429',
    '${env:HOME}',
    '$1${1}\\1',
    '%s%n',
  ),
  // JSON that is deep, long, and many times the same key.
  fc.integer({ min: 1, max: 2000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 500 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.integer({ min: 1, max: 15 }).map((size) => 'aé"\\{[(*+'.repeat(2 ** size / 8)),
)

const scalar: Arbitrary<AnyValue> = fc.oneof(
  text.map((stringValue) => ({ stringValue })),
  fc.boolean().map((boolValue) => ({ boolValue })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ intValue: String(value) })),
  fc.constantFrom(-1, 0, 1, 999_999_999).map((value) => ({ intValue: String(value) })),
  fc.double().map((value) => ({ doubleValue: Number.isFinite(value) ? value : doubleText(value) })),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', 1e300, 0.5, -0.5).map((doubleValue) => ({ doubleValue })),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
  // An attribute without a value.
  fc.constant({}),
)

const doubleText = (value: number) => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

const value: Arbitrary<AnyValue> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.array(scalar, { maxLength: 5 }).map((values) => ({ arrayValue: { values } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.record({ key: text, value: scalar }), { maxLength: 5 })
      .map((values) => ({ kvlistValue: { values } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 60 }), scalar)
      .map(([depth, inner]) =>
        Array.from({ length: depth }).reduce<AnyValue>(
          (nested, _, i) =>
            i % 2
              ? { arrayValue: { values: [nested] } }
              : { kvlistValue: { values: [{ key: 'a', value: nested }] } },
          inner,
        ),
      ),
  },
)

const time = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.integer({ min: -100_000, max: 100_000 }).map((ms) => BigInt(Date.now() + ms) * 1_000_000n),
)
const hex = (length: number) =>
  fc.oneof(
    fc.constantFrom('', '0'.repeat(length)),
    fc
      .uint8Array({ minLength: length / 2, maxLength: length / 2 })
      .map((b) => Buffer.from(b).toString('hex')),
  )
const small = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(-1, 2 ** 31 - 1))

/** A change of what is about a span: of the fields that every span has, and of the lists in it. */
const field = fc.oneof(
  fc.record({ startTimeUnixNano: time.map(String) }),
  fc.record({ endTimeUnixNano: time.map(String) }),
  fc.record({ traceId: hex(32) }),
  fc.record({ spanId: hex(16) }),
  fc.record({ parentSpanId: hex(16) }),
  fc.record({ name: text }),
  fc.record({ kind: small }),
  fc.record({ traceState: fc.oneof(text, fc.constantFrom('ot=th:0', 'ot=th:f', 'ot=th:zz;rv:1', 'ot=th:')) }),
  fc.record({ flags: fc.integer({ min: 0, max: 2 ** 31 - 1 }) }),
  fc.record({ droppedAttributesCount: fc.integer({ min: 0, max: 2 ** 31 - 1 }) }),
  fc.record({ status: fc.record({ code: small, message: text }) }),
  fc.record({
    events: fc.array(
      fc.record({
        name: fc.oneof(text, fc.constantFrom('exception', 'gen_ai.choice', 'gen_ai.evaluation.result')),
        timeUnixNano: time.map(String),
        attributes: fc.array(fc.record({ key: fc.oneof(text, fc.constantFrom(...KEYS)), value }), {
          maxLength: 4,
        }),
      }),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    links: fc.array(
      fc.record({ traceId: hex(32), spanId: hex(16), traceState: text, attributes: fc.constant([]) }),
      { maxLength: 4 },
    ),
  }),
)

const place = fc.constantFrom('span', 'span', 'span', 'span', 'event', 'scope', 'resource')
const nat = fc.nat(1_000_000)
type Change = (spans: ResourceSpans) => void

const change: Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    // The value of an attribute that the library did send.
    arbitrary: fc.record({ where: place, at: nat, value }).map(({ where, at, value }): Change => (spans) => {
      const list = attributesAt(spans, where, at)
      const pair = list[at % list.length]
      if (pair && !isService(pair)) pair.value = value
    }),
  },
  {
    weight: 3,
    // One more, or one that is there already a second time.
    arbitrary: fc
      .record({ where: place, at: nat, key: fc.oneof(fc.constantFrom(...KEYS), text), value })
      .map(({ where, at, key, value }): Change => (spans) => {
        if (key !== 'service.name') attributesAt(spans, where, at).push({ key, value })
      }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ where: place, at: nat }).map(({ where, at }): Change => (spans) => {
      const list = attributesAt(spans, where, at)
      const pair = list[at % list.length]
      if (pair && !isService(pair)) list.splice(at % list.length, 1)
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ where: place, at: nat, key: text })
      .map(({ where, at, key }): Change => (spans) => {
        const list = attributesAt(spans, where, at)
        const pair = list[at % list.length]
        if (pair && !isService(pair)) pair.key = key
      }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ at: nat, field }).map(({ at, field }): Change => (spans) => {
      const all = spansIn(spans)
      Object.assign(all[at % all.length]!, field)
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ name: text, version: text }).map(
      (scope): Change =>
        (spans) =>
          Object.assign((spans.scopeSpans[0]!.scope ??= {}), scope),
    ),
  },
)

const isService = ({ key }: KeyValue) => key === 'service.name'
const spansIn = (spans: ResourceSpans) => spans.scopeSpans.flatMap((scope) => scope.spans)

function attributesAt(spans: ResourceSpans, where: string, at: number): KeyValue[] {
  const all = spansIn(spans)
  const span = all[at % all.length]!
  const owner =
    where === 'resource'
      ? (spans.resource ??= {})
      : where === 'scope'
        ? (spans.scopeSpans[0]!.scope ??= {})
        : where === 'event' && span.events?.length
          ? span.events[at % span.events.length]!
          : span
  return (owner.attributes ??= [])
}

const edit: Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('flip', 'flip', 'flip', 'insert', 'delete', 'repeat', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
})

export const HOSTILE = 'hostile'

/** @param edited whether the encoded bytes are edited too */
export function inputs(fixtures: Fixture[], edited: boolean): Arbitrary<Input> {
  const encoding: Arbitrary<Input['encoding']> = edited
    ? fc.constant('protobuf')
    : fc.constantFrom('json', 'protobuf')
  return fc
    .record({
      encoding,
      fixture: nat,
      resource: nat,
      changes: fc.array(change, { minLength: edited ? 0 : 1, maxLength: 8 }),
      edits: edited ? fc.array(edit, { minLength: 1, maxLength: 4 }) : fc.constant<Edit[]>([]),
    })
    .map(({ encoding, fixture, resource, changes, edits }) => {
      const { resourceSpans } = asNow(fixtures[fixture % fixtures.length]!).otlp
      const spans = structuredClone(
        resourceSpans[resource % resourceSpans.length]!,
      ) as unknown as ResourceSpans
      const service = (spans.resource?.attributes ?? []).find(isService)
      if (service) service.value = { stringValue: HOSTILE }
      for (const change of changes) change(spans)
      return { encoding, spans, edits }
    })
}

export function edited(bytes: Buffer, edits: Edit[]): Buffer {
  return edits.reduce((before, { how, at, bytes: change }) => {
    const index = Math.min(Math.floor(at * before.length), before.length)
    const [head, tail] = [before.subarray(0, index), before.subarray(index)]
    switch (how) {
      case 'flip':
        return Buffer.concat([head, tail.map((byte, i) => byte ^ (change[i] ?? 0))])
      case 'insert':
        return Buffer.concat([head, change, tail])
      case 'delete':
        return Buffer.concat([head, tail.subarray(change.length)])
      case 'repeat':
        return Buffer.concat([head, tail.subarray(0, 100), tail])
      case 'cut':
        return Buffer.from(head)
    }
  }, bytes)
}
