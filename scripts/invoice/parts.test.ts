/** Days, names of models, CSV, line items, and the gauges that are sent. */
import { csvLine, parseCsv } from './csv.ts'
import { daysFrom } from './days.ts'
import { providersName } from './models.ts'
import { lineItem } from './providers/openai.ts'
import { sourcesOf } from './providers/index.ts'
import { REASONS } from './reasons/reason.ts'
import { gaugesOf } from './send.ts'
import { tableOf, sentencesOf } from './print.ts'
import type { Row } from './compare.ts'
import { nothing } from './kit.ts'
import { noUsage } from './usage.ts'

test('days, over the end of a month', () => {
  expect(daysFrom('2026-02-27', '2026-03-02')).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ])
  for (const [from, to, why] of [
    ['yesterday', '2026-03-02', 'is no day'],
    ['2026-02-30', '2026-03-02', 'is no day'],
    ['2026-03-02', '2026-03-01', 'is after'],
  ] as const)
    expect(() => daysFrom(from, to)).toThrow(why)
})

test.each([
  ['anthropic', 'claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
  ['anthropic', 'claude-opus-4-8', 'claude-opus-4-8'],
  ['openai', 'gpt-5-mini', 'gpt-5-mini-2025-08-07'],
  // Two snapshots: nobody knows which.
  ['openai', 'gpt-4o', 'gpt-4o'],
  ['openai', 'ft:gpt-5-mini:acme::x', 'ft:gpt-5-mini:acme::x'],
  ['gcp.gemini', 'models/gemini-3-pro', 'gemini-3-pro'],
  ['gcp.gemini', 'gemini-3-pro-image', 'gemini-3-pro-image'],
  ['gcp.gemini', 'gemini-3-pro-preview-05-06', 'gemini-3-pro'],
] as const)('%s: %s is %s', (provider, counted, name) => {
  const reported = new Set([
    'claude-haiku-4-5-20251001',
    'gpt-5-mini-2025-08-07',
    'gpt-4o-2024-05-13',
    'gpt-4o-2024-08-06',
    'gemini-3-pro',
    'gemini-3-pro-image',
  ])
  expect(providersName(provider, counted, reported)).toBe(name)
})

// As people quote them from the Costs API.
test.each([
  ['gpt-5.5-2026-04-23, input', 'gpt-5.5-2026-04-23', 'uncached'],
  ['gpt-4o-mini-2024-07-18, cached input', 'gpt-4o-mini-2024-07-18', 'cacheRead'],
  ['priority | gpt-5.6-sol, output, long context', 'gpt-5.6-sol', 'output'],
  ['gpt-audio-mini-2025-12-15 audio, input', 'gpt-audio-mini-2025-12-15', 'uncached'],
  ['gpt-5.6-sol, cache writes', 'gpt-5.6-sol', 'cacheWrite5m'],
  ['text-embedding-3-small', 'text-embedding-3-small', undefined],
  ['web search tool calls', '', undefined],
])('the line item %s', (text, model, kind) => {
  expect(lineItem(text, new Set(['text-embedding-3-small']))).toEqual({ model, kind })
})

test('CSV is read and written', () => {
  expect(parseCsv('\uFEFFa,b\r\n"1,""2""\n3",\r\nx,y\r\n')).toEqual([
    { a: '1,"2"\n3', b: '' },
    { a: 'x', b: 'y' },
  ])
  expect(csvLine(['a,b', 'c"d', null, 0.00000025, 1e15, '=1+1', '{"k":"v"}'])).toBe(
    '"a,b","c""d",,0.00000025,1000000000000000,\'=1+1,"{""k"":""v""}"\r\n',
  )
})

test('only what has a key or a file is compared', () => {
  const names = (environment: Record<string, string>, gemini?: string) =>
    sourcesOf(environment, { gemini }).map(({ provider }) => provider)
  expect(names({})).toEqual([])
  // Keys of services can read no report.
  expect(names({ ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'b' })).toEqual([])
  expect(names({ ANTHROPIC_ADMIN_KEY: 'a', OPENAI_ADMIN_KEY: 'b' }, 'file')).toEqual([
    'anthropic',
    'openai',
    'gcp.gemini',
  ])
})

const row = (model: string, reported: number, counted: number, output = 0): Row => ({
  provider: 'anthropic',
  day: '2026-11-27',
  model,
  reported: { usage: { ...noUsage(), output }, requests: undefined, usd: reported, parts: [], costs: [] },
  counted: { ...nothing(), usd: counted },
  difference: { usage: { ...noUsage(), output }, requests: undefined, usd: reported - counted },
})
const explained = [
  { row: row('a', 3, 1, 1234), reasons: [{ name: 'not_instrumented' as const, text: 'why' }] },
  { row: row('b', 1, 2), reasons: [{ name: 'price' as const, text: 'how' }] },
  { row: row('c', 5, 5), reasons: [] },
]

test('gauges: sums, and each reason each time, so that none of yesterday stays', () => {
  const sent = gaugesOf(explained, ['anthropic', 'openai'], '2026-11-27', 1000) as {
    resourceMetrics: {
      scopeMetrics: {
        metrics: {
          name: string
          gauge: { dataPoints: { asDouble: number; attributes: { value: { stringValue: string } }[] }[] }
        }[]
      }[]
    }[]
  }
  const gauges = Object.fromEntries(
    sent.resourceMetrics[0]!.scopeMetrics[0]!.metrics.map(({ name, gauge }) => [
      name,
      gauge.dataPoints.map(({ asDouble, attributes }): [string, number] => [
        attributes.map(({ value }) => value.stringValue).join(' '),
        asDouble,
      ]),
    ]),
  )
  expect(gauges['genai.invoice.cost']).toEqual([
    ['anthropic provider', 9],
    ['anthropic kit', 8],
    ['openai provider', 0],
    ['openai kit', 0],
  ])
  expect(gauges['genai.invoice.day']).toEqual([
    ['anthropic', 1795737600],
    ['openai', 1795737600],
  ])
  expect(gauges['genai.invoice.difference']).toHaveLength(2 * REASONS.length)
  expect(gauges['genai.invoice.difference']!.filter(([, usd]) => usd > 0)).toEqual([
    ['anthropic not_instrumented', 2],
    ['anthropic price', 1],
  ])
})

test('what is printed', () => {
  expect(tableOf(explained.slice(0, 1))).toBe(
    [
      'day (UTC)   provider   model  what    by the provider    by the kit     difference',
      '----------  ---------  -----  ------  ---------------  ------------  -------------',
      '2026-11-27  anthropic  a      output            1,234             0         +1,234',
      '2026-11-27  anthropic  a      cost       3.000000 USD  1.000000 USD  +2.000000 USD',
    ].join('\n'),
  )
  expect(sentencesOf(explained)).toBe(
    [
      '2026-11-27 anthropic a: 2.000000 USD more than the kit counted. Likely: not_instrumented (why).',
      '2026-11-27 anthropic b: 1.000000 USD less than the kit counted. Likely: price (how).',
    ].join('\n'),
  )
})
