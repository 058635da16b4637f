import { InputError, plainAttributes, readInput } from './input.ts'

const span = (spanId: string) => ({ traceId: 'a'.repeat(32), spanId, name: 'chat' })
const otlp = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'a' } }] },
      scopeSpans: [{ scope: { name: 'lib' }, spans: [span('01'), span('02')] }],
    },
  ],
}

test('each span of an export has a resource of its own, the same', () => {
  const { resourceSpans } = readInput(JSON.stringify(otlp))
  expect(resourceSpans).toEqual(
    ['01', '02'].map((id) => ({
      resource: otlp.resourceSpans[0]!.resource,
      scopeSpans: [{ scope: { name: 'lib' }, spans: [span(id)] }],
    })),
  )
})

test('several exports, one a line, and a fixture', () => {
  expect(readInput(`${JSON.stringify(otlp)}\n${JSON.stringify(otlp)}\n`).resourceSpans).toHaveLength(4)
  expect(readInput(JSON.stringify({ library: 'x', otlp })).resourceSpans).toHaveLength(2)
})

test('a plain span: values by their kind, ids, a second, a client', () => {
  const attributes = { text: 'a', whole: 3, part: 0.5, yes: true, list: ['a'], map: { a: 1 } }
  const { resourceSpans } = readInput(JSON.stringify({ name: 'chat', scope: 'lib', attributes }))
  const [{ scope, spans }] = resourceSpans[0]!.scopeSpans as [(typeof resourceSpans)[0]['scopeSpans'][0]]
  const [made] = spans
  expect(scope).toEqual({ name: 'lib' })
  expect(made).toMatchObject({ name: 'chat', kind: 3 })
  expect(made!.attributes).toContainEqual({ key: 'whole', value: { intValue: '3' } })
  expect(made!.attributes).toContainEqual({ key: 'part', value: { doubleValue: 0.5 } })
  expect(plainAttributes(made!.attributes)).toEqual(attributes)
  expect(made!.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(made!.spanId).toMatch(/^[0-9a-f]{16}$/)
  expect(BigInt(made!.endTimeUnixNano!) - BigInt(made!.startTimeUnixNano!)).toBe(1_000_000_000n)
})

test.each([
  ['', 'It is empty.'],
  ['{', 'It is no JSON'],
  ['{"a": 1}', 'neither `resourceSpans`'],
  ['[]', 'no span in it'],
  ['{"name": "a", "kind": "sideways"}', 'kind is one of'],
])('%j is an error that a user understands', (text, message) => {
  expect(() => readInput(text)).toThrow(InputError)
  expect(() => readInput(text)).toThrow(message)
})
