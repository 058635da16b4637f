import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, differs } from '../compare.ts'
import { startOf } from '../days.ts'
import { nothing } from '../kit.ts'
import { noUsage } from '../usage.ts'
import { geminiReport, readSku } from './gemini.ts'

const DAY = '2026-11-26'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gemini-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function reportOf(text: string) {
  const file = join(folder, 'billing')
  await writeFile(file, text)
  return geminiReport(file, [DAY])
}

// Names of SKUs as people quote them from their invoices.
test.each([
  ['Generate content input token count gemini 3.5 flash text', 'gemini-3.5-flash', 'uncached', false],
  ['Generate content cached input token count gemini 3.5 flash text', 'gemini-3.5-flash', 'cacheRead', false],
  [
    'Generate content output token count gemini 2.5 flash short output text non-thinking',
    'gemini-2.5-flash',
    'output',
    false,
  ],
  ['Generate_content text output token count for gemini 3 flash batch', 'gemini-3-flash', 'output', true],
  [
    'Generate content input token count gemini 3.1 flash lite preview text',
    'gemini-3.1-flash-lite-preview',
    'uncached',
    false,
  ],
  ['Generate_content text input token count for gemini 3 pro short', 'gemini-3-pro', 'uncached', false],
  ['Grounding with Google Search on Gemini 3', '', undefined, false],
])('%s', (sku, model, kind, batch) => {
  expect(readSku(sku)).toEqual({ model, kind, batch })
})

const rows = [
  ['Generate content input token count gemini 2.5 flash short input text', 1000, 0.0003],
  ['Generate content cached input token count gemini 2.5 flash short input text', 400, 0.00003],
  ['Generate content output token count gemini 2.5 flash short output text', 200, 0.0005],
] as const
const json = rows.map(([description, amount, cost]) => ({
  usage_start_time: '2026-11-26T10:00:00Z',
  service: { id: 'AEFD-7695-64FA', description: 'Gemini API' },
  sku: { id: '1', description },
  project: { id: 'p' },
  usage: { amount: String(amount), unit: 'count' },
  cost: String(cost),
  currency: 'USD',
  currency_conversion_rate: '1',
  credits: [],
}))
const others = [
  { ...json[0]!, service: { description: 'Cloud Run' } },
  { ...json[0]!, usage_start_time: '2026-11-27T00:00:00Z' },
]
const csv = [
  'usage_start_time,service_description,sku_description,project_id,usage_amount,cost,currency,currency_conversion_rate,credits',
  ...rows.map(
    ([sku, amount, cost]) => `2026-11-26 10:00:00 UTC,Gemini API,"${sku}",p,${amount},${cost},USD,1,0`,
  ),
  '2026-11-26 10:00:00 UTC,Cloud Run,Jobs Memory,p,1,3,USD,1,',
].join('\r\n')

test.each([
  ['an array', JSON.stringify([...json, ...others])],
  ['a row a line', [...json, ...others].map((row) => JSON.stringify(row)).join('\n')],
  ['CSV', csv],
])('%s, set against what was counted of a model with a longer name: no difference', async (_, text) => {
  const report = await reportOf(text)
  const counted = {
    ...nothing(),
    hour: startOf(DAY),
    provider: 'gcp.gen_ai',
    model: 'models/gemini-2.5-flash-preview-09-2025',
    usage: { ...noUsage(), uncached: 1000, cacheRead: 400, output: 200 },
    requests: 1,
    cost: { ...nothing().cost, input: 0.0003, cache_read: 0.00003, output: 0.0005 },
  }
  const compared = compare(report, [counted], [DAY])
  expect(compared).toHaveLength(1)
  expect(compared[0]).toMatchObject({
    model: 'gemini-2.5-flash',
    reported: { requests: undefined, usd: 0.00083 },
  })
  expect(compared.some(differs)).toBe(false)
})

test('another currency, and credits', async () => {
  const row = {
    ...json[0]!,
    cost: 3,
    currency: 'EUR',
    currency_conversion_rate: '0.75',
    credits: [{ amount: '-1.5' }],
  }
  expect((await reportOf(JSON.stringify([row]))).costs).toMatchObject([{ usd: 2, kind: 'uncached' }])
})

test('a file that is no billing export', async () => {
  await expect(reportOf('[{"a": 1}]')).rejects.toThrow('the billing export has a row without')
  await expect(geminiReport(join(folder, 'none'), [DAY])).rejects.toThrow('ENOENT')
})
