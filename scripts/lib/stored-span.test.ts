import { spansOf } from './stored-span.ts'

const times = { startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000000250000000' }
const attributes = [
  { key: 'gen_ai.request.model', value: { stringValue: 'm' } },
  { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
]
const of = (span: object) =>
  spansOf({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'chat' } }] },
        scopeSpans: [
          {
            scope: { name: 's', version: '1.2' },
            spans: [{ name: 'chat m', ...times, attributes, ...span } as never],
          },
        ],
      },
    ],
  })

test('a span is the same as Tempo writes it, by protobuf’s rules for JSON, and as Jaeger does, by OTLP’s', () => {
  const tempo = {
    traceId: 'WyvwUPtwQ2+WkI5XOJoG3w==',
    spanId: '7uO6wAJHiFo=',
    parentSpanId: '7uO6wAJHiFs=',
    kind: 'SPAN_KIND_CLIENT',
    status: { code: 'STATUS_CODE_ERROR' },
  }
  const jaeger = {
    traceId: '5b2bf050fb70436f96908e57389a06df',
    spanId: 'eee3bac00247885a',
    parentSpanId: 'eee3bac00247885b',
    kind: 3,
    status: { code: 2 },
  }
  expect(of(tempo)).toEqual([
    {
      traceId: '5b2bf050fb70436f96908e57389a06df',
      spanId: 'eee3bac00247885a',
      parentSpanId: 'eee3bac00247885b',
      name: 'chat m',
      kind: 'client',
      service: 'chat',
      scope: 's',
      scopeVersion: '1.2',
      resource: { 'service.name': 'chat' },
      status: 'error',
      startMs: 1_790_000_000_000,
      durationMs: 250,
      attributes: { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 7 },
      events: [],
    },
  ])
  expect(of(jaeger)).toEqual(of(tempo))
})

test('what is left out is no parent, no status and no kind', () => {
  expect(of({ traceId: 'AAAAAAAAAAAAAAAAAAAAAQ==', spanId: 'AAAAAAAAAAE=', parentSpanId: '' })).toMatchObject(
    [{ parentSpanId: undefined, status: 'unset', kind: 'unspecified' }],
  )
})

test('a time of 0 is left out by Tempo', () => {
  expect(
    of({ traceId: 'AAAAAAAAAAAAAAAAAAAAAQ==', spanId: 'AAAAAAAAAAE=', startTimeUnixNano: undefined }),
  ).toMatchObject([{ startMs: 0, durationMs: expect.closeTo(1_790_000_000_250, 1) as number }])
})
