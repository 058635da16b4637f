/** app.feature and app.endpoint, under the names that programs give them. */
import type { Attributes } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let collector: Transform
beforeAll(async () => {
  collector = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => collector.stop())

const normalized = async (attributes: Attributes) =>
  (await collector.run([{ name: 'chat', attributes }])).get('chat')!

const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' }

test.each([
  'app.feature',
  'feature.name',
  'feature',
  'app.feature_name',
  'ai.feature',
  'ai.telemetry.metadata.feature',
  'traceloop.association.properties.feature',
  'langfuse.trace.metadata.feature',
])('a feature named by %s', async (key) => {
  expect(await normalized({ ...call, [key]: 'search' })).toMatchObject({ 'app.feature': 'search' })
})

test.each(['app.endpoint', 'endpoint.name', 'ai.endpoint', 'llm.endpoint'])(
  'an endpoint named by %s',
  async (key) => {
    expect(await normalized({ ...call, [key]: '/search' })).toMatchObject({ 'app.endpoint': '/search' })
  },
)

test('app.feature is before the others', async () => {
  expect(await normalized({ ...call, 'app.feature': 'ours', feature: 'theirs' })).toMatchObject({
    'app.feature': 'ours',
  })
})

test('what is no text is no feature', async () => {
  const attributes = await normalized({ ...call, feature: ['a', 'list'] })
  expect(attributes).not.toHaveProperty(['app.feature'])
  expect(JSON.stringify(attributes['genai.flag'])).toContain('app.feature_invalid')
})

test('spans that are no calls keep theirs to themselves', async () => {
  expect(await normalized({ 'feature.name': 'search' })).not.toHaveProperty(['app.feature'])
})
