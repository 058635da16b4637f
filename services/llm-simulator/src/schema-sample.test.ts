import { z } from 'zod'
import { NoSample, sampleSchema } from './schema-sample.ts'
import type { JsonSchema } from './schema-sample.ts'

const text = 'Please refund order ord-1042, it came broken 3 days ago.'

test.each<[string, z.ZodType]>([
  ['strings', z.object({ order_id: z.string(), reason: z.string().max(20) })],
  ['a pattern that the text has', z.object({ id: z.string().regex(/^ord-\d{4}$/) })],
  ['enums and literals', z.object({ kind: z.enum(['exchange', 'refund']), version: z.literal(2) })],
  [
    'numbers',
    z.object({ days: z.int().min(1).max(30), rate: z.number().gt(0).lt(1), even: z.int().multipleOf(7) }),
  ],
  ['formats', z.object({ day: z.iso.date(), mail: z.email(), id: z.uuid(), at: z.iso.datetime() })],
  ['arrays', z.object({ tags: z.array(z.string()).min(2), nested: z.array(z.object({ n: z.int() })) })],
  ['unions and null', z.object({ one: z.union([z.int(), z.string()]), none: z.string().nullable() })],
  ['only optional', z.object({ page: z.int().optional(), query: z.string().optional() })],
  ['nothing', z.object({})],
])('%s: the sample is valid', (_name, schema) => {
  const sample = sampleSchema(z.toJSONSchema(schema) as JsonSchema, text)
  expect(schema.parse(sample)).toEqual(sample)
})

test('it takes from the text what fits', () => {
  const schema = z.object({
    order_id: z.string(),
    kind: z.enum(['exchange', 'refund']),
    days: z.int().max(10),
  })
  expect(sampleSchema(z.toJSONSchema(schema) as JsonSchema, text)).toEqual({
    order_id: 'ord-1042',
    kind: 'refund',
    days: 3,
  })
})

test('references and allOf', () => {
  const schema: JsonSchema = {
    allOf: [
      { $ref: '#/$defs/base' },
      { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] },
    ],
    $defs: { base: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } },
  }
  expect(sampleSchema(schema)).toEqual({ a: 1, b: true })
})

test('it does not make up what it cannot know', () => {
  expect(() => sampleSchema({ type: 'string', pattern: '^XX-\\d$' }, 'nothing here')).toThrow(NoSample)
  expect(() => sampleSchema({ $ref: '#' })).toThrow(NoSample)
})
