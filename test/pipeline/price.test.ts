/** The generated OTTL, in the real Collector, against calcPrice: every model, every part, every date, every tier. */
import { calcPrice } from '@pydantic/genai-prices'
import { readPriceBook } from '../../collector/price/book.ts'
import { readTrace } from '../../scripts/lib/tempo.ts'
import type { Attributes } from '../lib/otlp.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { eventually } from '../lib/eventually.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

interface Usage {
  input: number
  read?: number
  write?: number
  write1h?: number
  output: number
}

const USAGES: Usage[] = [
  { input: 1000, output: 500 },
  { input: 10_000, read: 9000, output: 1 },
  { input: 10_000, read: 1000, write: 5000, output: 250 },
  { input: 10_000, write: 6000, write1h: 2000, output: 7 },
  { input: 200_000, output: 10 },
  { input: 300_000, read: 100_000, write: 1000, write1h: 1000, output: 2000 },
]

const cost = (attributes: Attributes, part: string) =>
  attributes[`gen_ai.usage.cost.${part}`] as number | undefined

function usageAttributes({ input, read, write, write1h, output }: Usage): Attributes {
  return {
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.cache_read.input_tokens': read,
    'gen_ai.usage.cache_write.input_tokens': write,
    'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': write1h,
    'gen_ai.usage.output_tokens': output,
  }
}

/** Sends one span per case in one trace; gives each case's attributes as Tempo has them. */
async function priced(cases: { name: string; start?: number; attributes: Attributes }[]) {
  const traceId = newTraceId()
  const spans = cases.map(({ name, start, attributes }) => ({
    name,
    traceId,
    ...(start === undefined ? {} : { start }),
    attributes: { 'gen_ai.operation.name': 'chat', ...attributes },
  }))
  await sendSpans(pipeline.otlpUrl, { scope: 'com.anthropic.sdk.typescript', spans })
  const stored = await eventually(async () => {
    const found = await readTrace(pipeline.tempoUrl, traceId)
    expect(found).toHaveLength(cases.length)
    return found
  })
  return new Map(stored.map((span) => [span.name, span.attributes as Attributes]))
}

describe.each([...readPriceBook()])('%s', (provider, models) => {
  test('every model, by every name, costs what calcPrice says', async () => {
    const now = Date.now()
    const cases = [...models].flatMap(([model, periods]) =>
      USAGES.flatMap((usage, u) =>
        // Before the second period, where there is one, and now.
        (periods[1] ? [Number(BigInt(periods[1].from) / 1_000_000n) - 1000, now] : [now]).map((start) => ({
          name: `${model} #${u} ${start}`,
          start,
          usage,
          model,
          attributes: {
            'gen_ai.provider.name': provider,
            'gen_ai.request.model': 'some-alias',
            'gen_ai.response.model': model,
            ...usageAttributes(usage),
          },
        })),
      ),
    )
    const stored = await priced(cases)
    const wrong = cases.flatMap(({ name, model, start, usage }) => {
      const expected = calcPrice(
        {
          input_tokens: usage.input,
          cache_read_tokens: usage.read ?? 0,
          cache_write_tokens: usage.write ?? 0,
          cache_write_1h_tokens: usage.write1h ?? 0,
          output_tokens: usage.output,
        },
        model,
        { providerId: provider, timestamp: new Date(start) },
      )!.total_price
      const actual = cost(stored.get(name)!, 'amount') ?? Number.NaN
      return Math.abs(actual - expected) <= 1e-9 * expected ? [] : [{ name, actual, expected }]
    })
    expect(wrong).toEqual([])
    expect(cases.length).toBeGreaterThan(100)
  })
})

test('the parts add up to the amount, exactly, and say what was charged', async () => {
  const stored = await priced([
    {
      name: 'call',
      attributes: {
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.response.model': 'claude-haiku-4-5-20251001',
        ...usageAttributes({ input: 1_003_000, read: 1000, write: 2000, write1h: 1000, output: 1000 }),
      },
    },
  ])
  const attributes = stored.get('call')!
  // By hand, at 1 / 0.10 / 1.25 (5 minutes) / 2 (1 hour) / 5 USD per million.
  expect(cost(attributes, 'input')).toBe(1)
  expect(cost(attributes, 'cache_read')).toBeCloseTo(0.0001, 12)
  expect(cost(attributes, 'cache_write')).toBeCloseTo(0.001 * 1.25 + 0.001 * 2, 12)
  expect(cost(attributes, 'output')).toBeCloseTo(0.005, 12)
  const parts = ['input', 'cache_read', 'cache_write', 'output'].map((part) => cost(attributes, part)!)
  expect(parts.reduce((a, b) => a + b)).toBe(cost(attributes, 'amount'))
  expect(attributes).toMatchObject({
    'gen_ai.usage.cost.currency': 'USD',
    'gen_ai.usage.cost.source': 'local',
  })
})

test.each([
  ['a model that only looks like a known one', 'claude-sonnet-5-5', undefined],
  ['an unknown model', 'llama-99', 'llama-99'],
])('%s has no cost at all', async (_, response, request) => {
  const stored = await priced([
    {
      name: 'call',
      attributes: {
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.response.model': response,
        'gen_ai.request.model': request,
        ...usageAttributes({ input: 10, output: 10 }),
      },
    },
  ])
  expect(Object.keys(stored.get('call')!).filter((key) => key.startsWith('gen_ai.usage.cost'))).toEqual([])
})

test.each([
  ['a dated snapshot', { 'gen_ai.response.model': 'claude-sonnet-5-20991231' }],
  ['-latest', { 'gen_ai.response.model': 'claude-sonnet-5-latest' }],
  ['the request, where the answer names no model', { 'gen_ai.request.model': 'claude-sonnet-5' }],
  [
    'the request, where the answer names an unknown one',
    { 'gen_ai.response.model': 'deployment-7', 'gen_ai.request.model': 'claude-sonnet-5-20991231' },
  ],
])('prices by %s', async (_, models) => {
  const usage = { input: 1000, output: 1000 }
  const stored = await priced([
    {
      name: 'call',
      attributes: { 'gen_ai.provider.name': 'anthropic', ...models, ...usageAttributes(usage) },
    },
  ])
  const expected = calcPrice({ input_tokens: 1000, output_tokens: 1000 }, 'claude-sonnet-5', {
    providerId: 'anthropic',
  })!.total_price
  expect(cost(stored.get('call')!, 'amount')).toBeCloseTo(expected, 12)
})
