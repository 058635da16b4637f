/** The generated OTTL, in the real Collector, against calcPrice: every model, every part, every date and tier. */
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import { dataName, MODALITIES, readPriceBook } from '../../prices/book.ts'
import type { Modality, Period } from '../../prices/book.ts'
import { AS_THE_MAKER } from '../../prices/names.ts'
import { PROVIDERS } from '../../prices/providers.ts'
import { Double, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes } from '../lib/otlp.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { startPipeline } from '../lib/pipeline.ts'
import { startTransform } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

const PRICE = '"${file:price/look-up.yaml}"'

let transform: Transform
beforeAll(async () => {
  transform = await startTransform(PRICE)
}, 120_000)
afterAll(() => transform.stop())

interface Usage {
  input: number
  read?: number
  write?: number
  write1h?: number
  output: number
  searches?: number
  /** Parts of the above that are no text. */
  modal?: Partial<Record<Modality, { input?: number; read?: number; output?: number }>>
}

const USAGES: Usage[] = [
  { input: 1000, output: 500 },
  { input: 10_000, read: 9000, output: 1 },
  { input: 10_000, read: 1000, write: 5000, output: 250 },
  { input: 10_000, write: 6000, write1h: 2000, output: 7 },
  { input: 600_000, read: 100_000, write: 1000, write1h: 1000, output: 2000 },
]

const SECOND = 1000

const cost = (attributes: Attributes, part: string) =>
  attributes[`gen_ai.usage.cost.${part}`] as number | undefined

function usageAttributes({ input, read, write, write1h, output, searches, modal = {} }: Usage): Attributes {
  return {
    'genai.usage.web_searches': searches,
    ...Object.fromEntries(
      Object.entries(modal).flatMap(([kind, tokens]) => [
        [`gen_ai.usage.${kind}.input_tokens`, tokens.input],
        [`gen_ai.usage.${kind}.cache_read.input_tokens`, tokens.read],
        [`gen_ai.usage.${kind}.output_tokens`, tokens.output],
      ]),
    ),
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.cache_read.input_tokens': read,
    'gen_ai.usage.cache_write.input_tokens': write,
    'genai.usage.cache_write.1h.input_tokens': write1h,
    'gen_ai.usage.output_tokens': output,
  }
}

/**
 * What the data set says, in USD; undefined where it has no price. `provider`: its own id. `start`: a clock that is ahead
 * brings no price forward.
 */
const expected = (model: string, provider: string, usage: Usage, start: number) =>
  calcPrice(
    {
      input_tokens: usage.input,
      cache_read_tokens: usage.read ?? 0,
      cache_write_tokens: usage.write ?? 0,
      cache_write_1h_tokens: usage.write1h ?? 0,
      output_tokens: usage.output,
      web_searches: usage.searches ?? 0,
      ...Object.fromEntries(
        Object.entries(usage.modal ?? {}).flatMap(([kind, tokens]) => [
          [`input_${kind}_tokens`, tokens.input ?? 0],
          [`cache_${kind}_read_tokens`, tokens.read ?? 0],
          [`output_${kind}_tokens`, tokens.output ?? 0],
        ]),
      ),
    },
    model,
    { providerId: provider, timestamp: new Date(Math.min(start, Date.now())) },
  )?.total_price

/** Whether the data set has a price of its own for what is written for an hour; it charges it as 5 minutes where not. */
const knowsTheHour = (model: string, provider: string, usage: Usage) =>
  usage.write1h === undefined ||
  expected(model, provider, usage, 0) !== expected(model, provider, { ...usage, write1h: 0 }, 0) ||
  expected(model, provider, usage, 0) === expected(model, provider, { ...usage, write: 0, write1h: 0 }, 0)

interface Case {
  name: string
  start?: number
  attributes: Attributes
}

async function priced(cases: Case[], where = transform) {
  return where.run(
    cases.map(({ attributes, ...span }) => ({
      ...span,
      attributes: { 'genai.role': 'inference', ...attributes },
    })),
  )
}

/** Now, and just before and at every change of price. */
function times(periods: Period[]): number[] {
  const dates = periods.flatMap(({ from }) => {
    if (from === undefined) return []
    return [Date.parse(from) - SECOND, Date.parse(from)]
  })
  return [Date.now(), ...dates]
}

function usages(periods: Period[]): Usage[] {
  const limits = new Set(periods.flatMap(({ long }) => (long ? [long.above] : [])))
  const modal = modalUsages(periods)
  // Without it they have no price.
  if (periods.some(({ told }) => told)) return modal
  return [
    ...USAGES,
    ...[...limits].flatMap((input) => [input, input + 1].map((n) => ({ input: n, output: 10 }))),
    ...(periods.every(({ rates }) => rates.webSearches) ? [{ input: 100, output: 10, searches: 3 }] : []),
    ...modal,
  ]
}

/** Each modality alone, then all at once, in what has a rate. */
function modalUsages(periods: Period[]): Usage[] {
  const known = periods[0]!.modal ?? {}
  const parts = MODALITIES.flatMap((kind) => {
    const rates = known[kind]
    if (!rates) return []
    const tokens = {
      ...(rates.input === undefined ? {} : { input: 3000 }),
      ...(rates.cacheRead === undefined ? {} : { read: 1000 }),
      ...(rates.output === undefined ? {} : { output: 70 }),
    }
    return [[kind, tokens] as const]
  })
  const call = (modal: typeof parts) => ({
    input: 10_000,
    read: 4000,
    output: 250,
    modal: Object.fromEntries(modal),
  })
  const alone = parts.map((part) => call([part]))
  return parts.length > 1 ? [...alone, call(parts)] : alone
}

/** `name`: as a span has it; `known`: as the data set has it. */
async function compare(provider: string, models: { name: string; known: string; periods: Period[] }[]) {
  const whose = (known: string) => {
    const model = calcPrice({ input_tokens: 1 }, known, { providerId: provider })?.model.id
    return AS_THE_MAKER[provider]?.[model ?? ''] ?? provider
  }
  const cases = models.flatMap(({ name: model, known, periods }) =>
    usages(periods)
      .filter((usage) => knowsTheHour(known, whose(known), usage))
      .flatMap((usage) =>
        times(periods).map((start) => ({
          name: `${model} ${JSON.stringify(usage)} ${new Date(start).toISOString()}`,
          start,
          usage,
          known,
          attributes: {
            'gen_ai.provider.name': PROVIDERS[provider]![0]!,
            'gen_ai.request.model': model,
            ...(provider === 'aws' ? {} : { 'gen_ai.response.model': model }),
            ...usageAttributes(usage),
          },
        })),
      ),
  )
  const stored = await priced(cases)
  const wrong = cases.flatMap(({ name, known, start, usage }) => {
    const right = expected(known, whose(known), usage, start) ?? Number.NaN
    const attributes = stored.get(name)!
    const actual = cost(attributes, 'amount') ?? Number.NaN
    const parts = ['input', 'cache_read', 'cache_write', 'output', 'server_tools'].map(
      (part) => cost(attributes, part) ?? (part === 'server_tools' ? 0 : Number.NaN),
    )
    const exact = parts.reduce((a, b) => a + b) === actual
    return Math.abs(actual - right) <= 1e-9 * right && exact ? [] : [{ name, actual, right, parts }]
  })
  expect(wrong).toEqual([])
  return cases.length
}

const book = readPriceBook()

describe('costs what calcPrice says, by every name, in every part, at every date', () => {
  test.each([...book].filter(([provider]) => provider !== 'aws'))('%s', async (provider, models) => {
    const count = await compare(
      provider,
      [...models].map(([name, periods]) => ({
        name,
        known: dataName(name, provider),
        periods,
      })),
    )
    const text = [...models.values()].filter((periods) => !periods.some(({ told }) => told))
    expect(count).toBeGreaterThanOrEqual(text.length * USAGES.filter(({ write1h }) => !write1h).length)
  })

  test.each(['', 'arn:aws:bedrock:us-east-1::foundation-model/'])(
    'aws, by the names that it gives: %s',
    async (arn) => {
      const known = book.get('aws')!
      // Bedrock's own names; `regional.` is the data set's word for those of a region, and of a geography.
      const names = findProvider({ providerId: 'aws' })!.models.flatMap(({ id }) =>
        id.startsWith('regional.') ? ['us.', 'eu.'].map((geo) => id.replace('regional.', geo)) : [id],
      )
      const models = names.flatMap((name) => {
        const key = name.replace(/^(us|eu)[.]/, '').replace(/:\d+$/, '')
        const periods = known.get(key)
        return periods && expected(name, 'aws', USAGES[0]!, 0) !== undefined
          ? [{ name: arn + name, known: name, periods }]
          : []
      })
      expect(models.length).toBeGreaterThan(90)
      await compare('aws', models)
    },
  )
})

const CALL = usageAttributes({ input: 1000, output: 1000 })

async function amounts(cases: Attributes[]) {
  const stored = await priced(
    cases.map((attributes, i) => ({ name: String(i), attributes: { ...CALL, ...attributes } })),
  )
  return cases.map((_, i) => cost(stored.get(String(i))!, 'amount'))
}

describe('names in the wild', () => {
  const now = Date.now()
  const usage = { input: 1000, output: 1000 }
  test.each([
    // provider, model, the name that the data set knows
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-3-7-sonnet-latest', 'claude-3-7-sonnet'],
    ['anthropic', 'Claude-Sonnet-5', 'claude-sonnet-5'],
    ['openai', 'gpt-5-mini-2025-08-07', 'gpt-5-mini'],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc123', 'ft:gpt-4o-mini-2024-07-18'],
    ['aws', 'anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
    [
      'aws',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    ],
    ['aws', 'us.anthropic.claude-opus-5', 'us.anthropic.claude-opus-5'],
    ['aws', 'bedrock/converse/us.anthropic.claude-opus-5', 'us.anthropic.claude-opus-5'],
    [
      'aws',
      'arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-haiku-4-5-20251001-v1:0',
      'us-gov.anthropic.claude-haiku-4-5-20251001-v1:0',
    ],
    ['aws', 'eu.anthropic.claude-opus-4-6-v1', 'eu.anthropic.claude-opus-4-6'],
    ['aws', 'us.amazon.nova-lite-v1:0', 'us.amazon.nova-lite-v1:0'],
    ['aws', 'jp.amazon.nova-2-lite-v1:0', 'jp.amazon.nova-2-lite-v1:0'],
    ['aws', 'us.meta.llama3-3-70b-instruct-v1:0', 'meta.llama3-3-70b-instruct-v1:0'],
    ['aws', 'us.anthropic.claude-opus-4-5-20251101-v1:0', 'us.anthropic.claude-opus-4-5'],
    ['google', 'claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['google', 'claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet'],
    ['google', 'claude-opus-5@default', 'claude-opus-5'],
    ['google', 'models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['google', 'publishers/google/models/gemini-2.0-flash-001', 'gemini-2.0-flash-001'],
    ['google', 'projects/p/locations/global/publishers/google/models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['google', 'gemini-2.5-pro-preview-06-05', 'gemini-2.5-pro-preview-06-05'],
    ['google', 'gemini/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 'anthropic/claude-sonnet-4.5'],
    ['openrouter', 'openai/gpt-5.6-sol', 'openai/gpt-5.6-sol'],
    ['azure', 'gpt-35-turbo', 'gpt-35-turbo'],
    ['azure', 'gpt-4o-2024-08-06', 'gpt-4o-2024-08-06'],
    ['azure', 'gpt-5.1-codex-2025-11-13', 'gpt-5.1-codex'],
    // Dearer than gpt-4o.
    ['azure', 'azure/gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
    ['azure', 'claude-opus-5', 'claude-opus-5'],
    ['groq', 'groq/openai/gpt-oss-120b', 'openai/gpt-oss-120b'],
    ['zai', 'glm-5.2', 'GLM-5.2'],
  ])('%s: %s', async (provider, model, known) => {
    const names = PROVIDERS[provider]!.map((name) => ({
      'gen_ai.provider.name': name,
      'gen_ai.request.model': model,
    }))
    const right = expected(known, provider, usage, now)!
    expect(right).toBeGreaterThan(0)
    for (const actual of await amounts(names)) expect(actual).toBeCloseTo(right, 12)
  })

  test('the answer names the model; where it names none that is known, the request does', async () => {
    const anthropic = { 'gen_ai.provider.name': 'anthropic' }
    const [answer, notRequest, request, alone] = await amounts([
      { ...anthropic, 'gen_ai.request.model': 'some-alias', 'gen_ai.response.model': 'claude-opus-5' },
      { ...anthropic, 'gen_ai.request.model': 'claude-opus-5', 'gen_ai.response.model': 'claude-sonnet-5' },
      { ...anthropic, 'gen_ai.request.model': 'models/claude-opus-5', 'gen_ai.response.model': 'relay-7' },
      { ...anthropic, 'gen_ai.request.model': 'claude-opus-5' },
    ])
    expect(notRequest).toBeCloseTo(0.012, 12)
    for (const amount of [answer, request, alone]) expect(amount).toBeCloseTo(0.03, 12)
  })

  test('a long context on Vertex costs what Anthropic says, and what it did before', async () => {
    const long = {
      'gen_ai.provider.name': 'gcp.vertex_ai',
      'gen_ai.request.model': 'claude-opus-4-6',
      ...CALL,
      'gen_ai.usage.input_tokens': 300_000,
    }
    const stored = await priced([
      { name: 'now', attributes: long },
      { name: 'before', start: Date.UTC(2026, 2, 12), attributes: long },
    ])
    expect(cost(stored.get('now')!, 'amount')).toBeCloseTo(0.3 * 5 + 0.025, 12)
    expect(cost(stored.get('before')!, 'amount')).toBeCloseTo(0.3 * 10 + 0.0375, 12)
  })

  test('Bedrock charges by what was asked for', async () => {
    const aws = {
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.response.model': 'claude-haiku-4-5-20251001',
    }
    const [global, regional, opaque] = await amounts([
      { ...aws, 'gen_ai.request.model': 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
      { ...aws, 'gen_ai.request.model': 'jp.anthropic.claude-haiku-4-5-20251001-v1:0' },
      { ...aws, 'gen_ai.request.model': 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc' },
    ])
    expect(global).toBeCloseTo(0.006, 12)
    expect(regional).toBeCloseTo(0.0066, 12)
    expect(opaque).toBeUndefined()
  })
})

describe('never a guess: no cost at all', () => {
  test.each([
    ['a later model of the same family', 'anthropic', 'claude-sonnet-5-5'],
    ['a later model of the same family, dated', 'anthropic', 'claude-haiku-5-5-20991231'],
    ['a snapshot that nobody knows', 'anthropic', 'claude-sonnet-4-5-20991231'],
    ['a snapshot that nobody knows, of OpenAI', 'openai', 'gpt-5-mini-2099-12-31'],
    ['a snapshot that nobody knows, of Vertex', 'gcp.vertex_ai', 'claude-sonnet-4-5@20991231'],
    ['a snapshot that nobody knows, of Bedrock', 'aws.bedrock', 'anthropic.claude-haiku-4-5-20991231-v1:0'],
    ['a version that nobody knows, of Bedrock', 'aws.bedrock', 'amazon.titan-embed-text-v2:0'],
    ['a version that nobody knows, of Gemini', 'gcp.gemini', 'gemini-2.5-flash-009'],
    ['a preview that nobody knows, of Gemini', 'gcp.gemini', 'gemini-2.5-pro-preview-12-31'],
    ['an alias that nobody knows', 'anthropic', 'claude-sonnet-5-latest'],
    ['an alias that has moved on, of Mistral', 'mistral_ai', 'mistral-large-latest'],
    ['an hour’s price that is another at weekends', 'deepseek', 'deepseek-v4-pro'],
    ['a geography that costs something else', 'aws.bedrock', 'eu.amazon.nova-lite-v1:0'],
    ['an alias that moves from model to model', 'gcp.gemini', 'gemini-pro-latest'],
    ['a model that begins like a known one', 'openai', 'gpt-5-mini-super'],
    ['a model that begins like a known one, at Azure', 'azure.ai.openai', 'o4-mini-super'],
    ['another generation behind -latest', 'mistral_ai', 'ministral-3b-latest'],
    ['a model of another provider', 'anthropic', 'gpt-5'],
    ["OpenRouter's name with the vendor as provider", 'openai', 'openai/gpt-5'],
    ['a route of OpenRouter that picks by price', 'openrouter', 'openai/gpt-5:floor'],
    ['a provider that nobody knows', 'ollama', 'claude-sonnet-5'],
    [
      'a global profile of which no price is published',
      'aws.bedrock',
      'global.anthropic.claude-opus-4-1-20250805-v1:0',
    ],
    ['a model of Bedrock without its vendor', 'aws.bedrock', 'claude-haiku-4-5-20251001'],
    [
      'a custom model of Bedrock',
      'aws.bedrock',
      'arn:aws:bedrock:us-east-1:1:custom-model/anthropic.claude-3-haiku-20240307-v1:0/x',
    ],
    ['charged by the request, too', 'perplexity', 'sonar-pro'],
    ['charged by sound', 'openai', 'gpt-4o-audio-preview'],
    ['charged by pictures in the answer', 'gcp.gemini', 'gemini-2.5-flash-image'],
    ['charged by the minute', 'openai', 'whisper-1'],
    ['charged by sound in the answer', 'openai', 'gpt-4o-mini-tts'],
    ['an empty name', 'openai', ''],
    ['10 kB of name', 'openai', 'gpt-5'.repeat(2000)],
  ])('%s', async (_, provider, model) => {
    const stored = await priced([
      {
        name: 'call',
        attributes: { ...CALL, 'gen_ai.provider.name': provider, 'gen_ai.request.model': model },
      },
    ])
    expect(Object.keys(stored.get('call')!).filter((key) => /cost|price/.test(key))).toEqual([])
  })

  test('sound and pictures, of a model that charges them otherwise and nobody says how', async () => {
    const gemini = { 'gen_ai.provider.name': 'gcp.gemini', 'gen_ai.request.model': 'gemini-2.5-flash' }
    const sonic = { 'gen_ai.provider.name': 'aws.bedrock', 'gen_ai.request.model': 'amazon.nova-sonic-v1:0' }
    const [text, sound, picturesOut, cached] = await amounts([
      gemini,
      { ...gemini, 'gen_ai.usage.audio.input_tokens': 500 },
      { ...gemini, 'gen_ai.usage.image.output_tokens': 5 },
      { ...sonic, 'gen_ai.usage.audio.input_tokens': 50, 'gen_ai.usage.audio.cache_read.input_tokens': 5 },
    ])
    // By hand: 0.30 and, of sound, 1 USD per million in, 2.50 out.
    expect(text).toBeCloseTo(0.0003 + 0.0025, 12)
    expect(sound).toBeCloseTo(0.00015 + 0.0005 + 0.0025, 12)
    for (const amount of [picturesOut, cached]) expect(amount).toBeUndefined()
  })

  // By hand, of 1,000 tokens written, 400 of them for an hour.
  test.each([
    [
      'Bedrock: twice the input',
      'aws.bedrock',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      0.00075 + 0.0008,
    ],
    [
      'Bedrock, in a geography',
      'aws.bedrock',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      0.000825 + 0.00088,
    ],
    ['Vertex: twice the input', 'gcp.vertex_ai', 'claude-sonnet-5', 0.0015 + 0.0016],
    ['Azure, as Anthropic', 'azure.ai.inference', 'claude-sonnet-5', 0.0015 + 0.0016],
    [
      'Bedrock, older than what it offers it for',
      'aws.bedrock',
      'anthropic.claude-3-5-haiku-20241022-v1:0',
      undefined,
    ],
    ['OpenRouter', 'openrouter', 'anthropic/claude-sonnet-5', undefined],
  ])('what is written to the cache for an hour: %s', async (_, provider, model, right) => {
    const write = {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      ...usageAttributes({ input: 1000, write: 1000, write1h: 400, output: 0 }),
    }
    const [hour, minutes] = await amounts([write, { ...write, 'genai.usage.cache_write.1h.input_tokens': 0 }])
    if (right === undefined) expect(hour).toBeUndefined()
    else expect(hour).toBeCloseTo(right, 12)
    expect(minutes).toBeGreaterThan(0)
  })

  test('nothing without tokens, and nothing on spans that are no calls', async () => {
    const attributes = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-5' }
    const stored = await priced([
      { name: 'no tokens', attributes },
      { name: 'agent', attributes: { ...attributes, ...CALL, 'genai.role': 'agent' } },
    ])
    for (const span of stored.values()) expect(cost(span, 'amount')).toBeUndefined()
  })
})

describe('how a call was served', () => {
  const openai = (model: string) => ({ 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': model })
  const claude = (model: string) => ({ 'gen_ai.provider.name': 'anthropic', 'gen_ai.response.model': model })
  const vertex = (model: string) => ({
    'gen_ai.provider.name': 'gcp.vertex_ai',
    'gen_ai.response.model': model,
  })
  const long = { 'gen_ai.usage.input_tokens': 300_000 }
  // By hand, of 1,000 tokens in and 1,000 out.
  test.each([
    ['OpenAI default', { ...openai('gpt-5'), 'openai.response.service_tier': 'default' }, 0.01125],
    ['OpenAI flex', { ...openai('gpt-5'), 'openai.response.service_tier': 'flex' }, 0.01125 / 2],
    ['OpenAI batch', { ...openai('gpt-4.1'), 'gen_ai.openai.response.service_tier': 'batch' }, 0.01 / 2],
    [
      'OpenAI priority',
      { ...openai('gpt-5-2025-08-07'), 'openai.response.service_tier': 'priority' },
      0.0225,
    ],
    [
      'OpenAI priority, by its later name',
      { ...openai('gpt-5-mini'), 'openai.response.service_tier': 'fast' },
      0.00045 + 0.0036,
    ],
    [
      'OpenAI priority, a snapshot of its own',
      { ...openai('gpt-4o-2024-05-13'), 'openai.response.service_tier': 'priority' },
      0.00875 + 0.02625,
    ],
    [
      'OpenAI priority, gpt-4o-mini',
      { ...openai('gpt-4o-mini'), 'openai.response.service_tier': 'priority' },
      0.00125,
    ],
    [
      'OpenAI priority with a long input',
      { ...openai('gpt-5.6-terra'), ...long, 'openai.response.service_tier': 'priority' },
      0.3 * 8 + 0.036,
    ],
    [
      'OpenAI priority with an input too long for it',
      { ...openai('gpt-5.4'), ...long, 'openai.response.service_tier': 'priority' },
      undefined,
    ],
    [
      'OpenAI priority of a model without a list price',
      { ...openai('gpt-5-nano'), 'openai.response.service_tier': 'priority' },
      undefined,
    ],
    ['an unknown tier', { ...openai('gpt-5'), 'openai.response.service_tier': 'ultrafast' }, undefined],
    [
      'a tier that was asked for, and not served',
      {
        ...openai('gpt-5'),
        'openai.request.service_tier': 'priority',
        'openai.response.service_tier': 'default',
      },
      0.01125,
    ],
    [
      'a tier that was asked for, and of which the answer says nothing',
      { ...openai('gpt-5'), 'openai.request.service_tier': 'priority' },
      undefined,
    ],
    [
      'a tier that was left to OpenAI',
      { ...openai('gpt-5'), 'gen_ai.openai.request.service_tier': 'auto' },
      0.01125,
    ],
    [
      'Anthropic standard',
      { ...claude('claude-opus-5'), 'anthropic.response.service_tier': 'standard' },
      0.03,
    ],
    ['Anthropic batch', { ...claude('claude-opus-5'), 'anthropic.response.service_tier': 'batch' }, 0.015],
    [
      'Anthropic priority, sold by commitment',
      { ...claude('claude-opus-5'), 'anthropic.response.service_tier': 'priority' },
      undefined,
    ],
    ['Claude fast', { ...claude('claude-opus-5'), 'anthropic.response.speed': 'fast' }, 0.06],
    ['Claude fast, of usage', { ...claude('claude-opus-4-6'), 'anthropic.usage.speed': 'fast' }, 0.18],
    ['Claude at standard speed', { ...claude('claude-opus-5'), 'anthropic.usage.speed': 'standard' }, 0.03],
    [
      'Claude fast, of which no price is known',
      { ...claude('claude-sonnet-5'), 'anthropic.response.speed': 'fast' },
      undefined,
    ],
    ['Claude in the US', { ...claude('claude-sonnet-5'), 'anthropic.usage.inference_geo': 'us' }, 0.0132],
    ['Claude anywhere', { ...claude('claude-sonnet-5'), 'anthropic.usage.inference_geo': 'global' }, 0.012],
    [
      'Claude where no price is known',
      { ...claude('claude-sonnet-5'), 'anthropic.usage.inference_geo': 'mars' },
      undefined,
    ],
    [
      'Claude fast in the US',
      {
        ...claude('claude-opus-5'),
        'anthropic.response.speed': 'fast',
        'anthropic.usage.inference_geo': 'us',
        'anthropic.response.service_tier': 'standard',
      },
      0.066,
    ],
    [
      'Vertex, globally',
      { ...vertex('claude-opus-5@default'), 'server.address': 'aiplatform.googleapis.com' },
      0.03,
    ],
    [
      'Vertex in a region',
      { ...vertex('claude-opus-5@default'), 'server.address': 'us-east5-aiplatform.googleapis.com' },
      0.033,
    ],
    [
      'Vertex in several',
      { ...vertex('claude-opus-5'), 'server.address': 'aiplatform.eu.rep.googleapis.com' },
      0.033,
    ],
    [
      'Gemini in a region',
      { ...vertex('gemini-3.5-flash'), 'server.address': 'us-east5-aiplatform.googleapis.com' },
      0.0105 * 1.1,
    ],
    [
      'Gemini in a region, as a URL',
      {
        ...vertex('gemini-3.5-flash'),
        'server.address': 'https://US-east5-aiplatform.googleapis.com:443/v1',
      },
      0.0105 * 1.1,
    ],
    [
      'Gemini in a region, older',
      { ...vertex('gemini-2.5-flash'), 'server.address': 'us-east5-aiplatform.googleapis.com' },
      0.0028,
    ],
    [
      'Gemini in a region, of which no price is known',
      { ...vertex('gemini-3-flash-preview'), 'server.address': 'us-east5-aiplatform.googleapis.com' },
      undefined,
    ],
    [
      'OpenAI in a region',
      { ...openai('gpt-5.4-2026-03-05'), 'server.address': 'eu.api.openai.com' },
      0.0175 * 1.1,
    ],
    ['OpenAI globally', { ...openai('gpt-5.4'), 'server.address': 'api.openai.com' }, 0.0175],
    ['OpenAI in a region, older', { ...openai('gpt-4.1'), 'server.address': 'eu.api.openai.com' }, 0.01],
    [
      'OpenAI in a region, an embedding by the name in its answer',
      { ...openai('text-embedding-ada-002-v2'), 'server.address': 'eu.api.openai.com' },
      0.0001,
    ],
    [
      'OpenAI in a region, flex',
      {
        ...openai('gpt-5.4'),
        'server.address': 'us.api.openai.com',
        'openai.response.service_tier': 'flex',
      },
      (0.0175 / 2) * 1.1,
    ],
    [
      'OpenAI in a region, of which no price is known',
      { ...openai('gpt-5.3-chat-latest'), 'server.address': 'jp.api.openai.com' },
      undefined,
    ],
    [
      'xAI in the US',
      {
        'gen_ai.provider.name': 'x_ai',
        'gen_ai.response.model': 'grok-4.6',
        'server.address': 'us.api.x.ai',
      },
      0.008 * 1.1,
    ],
    [
      'Groq flex',
      {
        'gen_ai.provider.name': 'groq',
        'gen_ai.response.model': 'llama-3.3-70b-versatile',
        'openai.response.service_tier': 'flex',
      },
      0.00138,
    ],
  ])('%s', async (_, attributes: Attributes, right) => {
    const stored = await priced([{ name: 'call', attributes: { ...CALL, ...attributes } }])
    const call = stored.get('call')!
    if (right === undefined) {
      expect(Object.keys(call).filter((key) => key.startsWith('gen_ai.usage.cost'))).toEqual([])
      return
    }
    expect(cost(call, 'amount')).toBeCloseTo(right, 12)
    const parts = ['input', 'cache_read', 'cache_write', 'output'].map((part) => cost(call, part)!)
    expect(parts.reduce((a, b) => a + b)).toBe(cost(call, 'amount'))
  })
})

/** As OpenRouter's answers have it, in a currency that is not ours. */
const billed = (amount: number) => ({
  'gen_ai.usage.cost.amount': new Double(amount),
  'gen_ai.usage.cost.currency': 'EUR',
  'gen_ai.usage.cost.source': 'provider',
})

describe('a cost that the application computed', () => {
  const gpt = { ...CALL, 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': 'gpt-5' }
  const unknown = { ...gpt, 'gen_ai.response.model': 'gpt-99' }
  const of = async (attributes: Attributes) => (await priced([{ name: 'call', attributes }])).get('call')!

  test('is kept beside ours, with the difference', async () => {
    for (const source of [undefined, 'local', 'somebody']) {
      const call = await of({
        ...gpt,
        'gen_ai.usage.cost.amount': new Double(0.25),
        'gen_ai.usage.cost.source': source,
      })
      expect(call).toMatchObject({
        'genai.usage.cost.reported': 0.25,
        'gen_ai.usage.cost.amount': 0.01125,
        'gen_ai.usage.cost.source': 'local',
      })
      expect(call['genai.usage.cost.difference']).toBeCloseTo(0.01125 - 0.25, 12)
    }
    const call = await of({
      ...gpt,
      'genai.usage.cost.reported': new Double(0.01),
      'openai.response.service_tier': 'flex',
    })
    expect(call['genai.usage.cost.difference']).toBeCloseTo(0.005625 - 0.01, 12)
  })

  test('is not ours where we have no price', async () => {
    const call = await of({
      ...unknown,
      'gen_ai.usage.cost.amount': new Double(0.25),
      'gen_ai.usage.cost.currency': 'USD',
    })
    expect(call['genai.usage.cost.reported']).toBe(0.25)
    expect(Object.keys(call).filter((key) => /^gen_ai[.]usage[.]cost|difference/.test(key))).toEqual([])
  })

  test.each([
    ['list price', {}],
    ['searches', { 'gen_ai.response.model': 'gpt-4.1', 'genai.usage.web_searches': 3 }],
    ['cost that the provider billed', billed(0.0042)],
    ['cost that the provider billed, of a model without a price', { ...unknown, ...billed(0.0042) }],
  ])('is none where another Collector of this kind set it: %s', async (_, attributes: Attributes) => {
    const [once] = (await priced([{ name: 'call', attributes: { ...gpt, ...attributes } }])).values()
    const again = await of(
      Object.fromEntries(
        Object.entries(once!).map(([key, value]) => [
          key,
          /cost[.](?!currency|source)/.test(key) ? new Double(Number(value)) : value,
        ]),
      ),
    )
    expect(again).toEqual(once)
  })

  test('is what the call cost where the provider billed it, the list price beside it', async () => {
    const call = await of({ ...gpt, ...billed(0.0042) })
    expect(call).toMatchObject({
      'gen_ai.usage.cost.amount': 0.0042,
      'gen_ai.usage.cost.currency': 'EUR',
      'gen_ai.usage.cost.source': 'provider',
    })
    expect(call['genai.usage.cost.list']).toBeCloseTo(0.01125, 12)
    expect(call['genai.usage.cost.difference']).toBeCloseTo(0.01125 - 0.0042, 12)
    expect(cost(call, 'output')).toBeCloseTo(0.01, 12)
    const free = await of({ ...gpt, ...billed(0), 'openai.response.service_tier': 'ultrafast' })
    expect(free).toMatchObject({ 'gen_ai.usage.cost.amount': 0, 'gen_ai.usage.cost.source': 'provider' })
    expect(free).not.toHaveProperty(['genai.usage.cost.list'])
    const noList = await of({ ...unknown, ...billed(0.5) })
    expect(noList['gen_ai.usage.cost.amount']).toBe(0.5)
    expect(noList).not.toHaveProperty(['genai.usage.cost.list'])
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e9])(
    'is flagged, and not taken, where nobody can have billed it: %d',
    async (amount) => {
      const call = await of({ ...gpt, ...billed(amount) })
      expect(call).toMatchObject({
        'genai.flag': { values: [{ stringValue: 'cost_invalid' }] },
        'gen_ai.usage.cost.source': 'local',
      })
      expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(0.01125, 12)
      expect(Object.keys(call).filter((key) => key.includes('billed'))).toEqual([])
    },
  )
})

describe('searches of the provider’s own tool', () => {
  const claude = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.response.model': 'claude-sonnet-5' }
  const of = async (attributes: Attributes) =>
    (await priced([{ name: 'call', attributes: { ...CALL, ...claude, ...attributes } }])).get('call')!

  test('are a part of their own, at 10 USD a thousand', async () => {
    const call = await of({ ...usageAttributes({ input: 9548, output: 528, searches: 2 }) })
    expect(cost(call, 'server_tools')).toBeCloseTo(0.02, 12)
    // https://github.com/BerriAI/litellm/issues/16996
    expect(cost(call, 'amount')).toBeCloseTo(0.044376, 12)
  })

  test('cost the same in a batch and in a region, as only tokens are multiplied', async () => {
    const call = await of({
      'genai.usage.web_searches': 2,
      'anthropic.response.service_tier': 'batch',
      'anthropic.response.inference_geo': 'us',
    })
    expect(cost(call, 'amount')).toBeCloseTo(0.012 * 0.5 * 1.1 + 0.02, 12)
  })

  test('are flagged where nobody says what they cost, and the tokens are priced', async () => {
    const call = await of({ 'gen_ai.response.model': 'claude-3-opus', 'genai.usage.web_searches': 2 })
    expect(cost(call, 'amount')).toBeCloseTo(0.09, 12)
    expect(call['genai.flag']).toEqual({ values: [{ stringValue: 'server_tools_unpriced' }] })
  })
})

describe('free variants of OpenRouter cost nothing', () => {
  const openrouter = (request: string | undefined, response?: string) => ({
    'gen_ai.provider.name': 'openrouter',
    'gen_ai.request.model': request,
    'gen_ai.response.model': response,
  })
  test.each([
    ['in the book', openrouter('nvidia/nemotron-3-nano-30b-a3b:free'), 0],
    ['not in the book', openrouter('z-ai/glm-4.5-air:free'), 0],
    ['by the answer', openrouter('openrouter/free', 'upstage/solar-pro-3:free'), 0],
    ['by the answer alone', openrouter(undefined, 'upstage/solar-pro-3:free'), 0],
    ['the router of free models', openrouter('openrouter/free', 'upstage/solar-pro-3'), 0],
    ['an answer without the variant', openrouter('openai/gpt-5:free', 'openai/gpt-5'), 0],
    ['as LiteLLM writes it', openrouter('openrouter/z-ai/glm-4.5-air:free'), 0],
    ['another model that stepped in is not free', openrouter('a/b:free', 'openai/gpt-5'), 0.01125],
    ['the paid sibling is not free', openrouter('stepfun/step-9.9-flash'), undefined],
    [
      'nor is another provider’s',
      { ...openrouter('gpt-5:free'), 'gen_ai.provider.name': 'openai' },
      undefined,
    ],
  ])('%s', async (_, attributes: Attributes, right) => {
    const [amount] = await amounts([attributes])
    if (right === undefined) expect(amount).toBeUndefined()
    else expect(amount).toBeCloseTo(right, 12)
  })
})

describe('what summed up the conversation', () => {
  const sonnet = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.response.model': 'claude-sonnet-4-5' }
  test.each([
    // Both requests were short, and together longer than the limit of 200,000.
    ['a request of its own', 203_000, 180_000, 0.203 * 3],
    ['too long itself', 240_000, 210_000, 0.24 * 6],
    ['none', 203_000, undefined, 0.203 * 6],
  ])('%s: the length of each decides', async (_, input, compaction, right) => {
    const [amount] = await amounts([
      {
        ...sonnet,
        ...usageAttributes({ input, output: 0 }),
        'genai.usage.compaction.input_tokens': compaction,
      },
    ])
    expect(amount).toBeCloseTo(right, 12)
  })
})

describe('prices of your own', () => {
  let own: Transform
  beforeAll(async () => {
    const { readFile } = await import('node:fs/promises')
    const shipped = await readFile(new URL('../../collector/price/overrides.yaml', import.meta.url), 'utf8')
    // As its header says: between the marked lines.
    const mine = `
      "openai": {
        "gpt-5": {"input": 1, "output": 8, "cache_read": 0.1},
        "prod-chat": {"input": 2.5, "output": 10},
        "gpt-5.2": {"from": "2026-06-01", "then": {"input": 0.5, "output": 5}, "before": {"input": 1, "output": 10}},
        "gpt-5.1": {"from": "2126-01-01", "then": {"input": 0.5, "output": 5}, "before": {"input": 1, "output": 10}},
        "searcher": {"input": 1, "output": 1, "web_searches": 25},
        "gpt-5.4": {"above": 271999, "long": {"input": 4, "output": 18}, "short": {"input": 2, "output": 12}},
        "no-output": {"input": 1},
        "words": {"input": "one", "output": 1},
        "gpt-5-nano": "1 2 three 4 5"
      },
      "ollama": {
        "llama3.3:70b": {"input": 0, "output": 0}
      },
      "aws.bedrock": {
        "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc": {"input": 3, "output": 15}
      }`
    const edited = shipped.replace('Coalesce([{\n', `Coalesce([{${mine}\n`)
    expect(edited).not.toBe(shipped)
    own = await startTransform(PRICE, { 'price/overrides.yaml': edited })
  }, 120_000)
  afterAll(() => own.stop())

  const openai = (model: string) => ({ 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': model })
  test.each([
    ['win over the book', openai('gpt-5'), {}, 0.009],
    ['hold for dated snapshots, which the book has, too', openai('gpt-5-2025-08-07'), {}, 0.009],
    ['leave other models alone', openai('gpt-5-mini'), {}, 0.00225],
    [
      'name deployments',
      { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'Prod-Chat' },
      {},
      0.0125,
    ],
    ['win by the request', { ...openai('gpt-5-mini'), 'gen_ai.request.model': 'prod-chat' }, {}, 0.0125],
    ['may have a date: before', openai('gpt-5.2'), { start: Date.UTC(2026, 4, 31, 23, 59, 59) }, 0.011],
    ['may have a date: from then', openai('gpt-5.2'), { start: Date.UTC(2026, 5, 1) }, 0.0055],
    [
      'do not begin earlier for a clock that is ahead',
      openai('gpt-5.1'),
      { start: Date.UTC(2126, 0, 2) },
      0.011,
    ],
    [
      'may say what a thousand searches cost',
      { ...openai('searcher'), 'genai.usage.web_searches': 4 },
      {},
      0.102,
    ],
    ['may have a tier: short', openai('gpt-5.4'), {}, 0.014],
    ['may have a tier: long', { ...openai('gpt-5.4'), 'gen_ai.usage.input_tokens': 300_000 }, {}, 1.218],
    [
      'cost as input where the cache is left out',
      {
        ...openai('prod-chat'),
        'gen_ai.usage.cache_read.input_tokens': 500,
        'gen_ai.usage.cache_write.input_tokens': 500,
      },
      {},
      0.0125,
    ],
    ['charge the cache', { ...openai('gpt-5'), 'gen_ai.usage.cache_read.input_tokens': 1000 }, {}, 0.0081],
    ['may be nothing', { 'gen_ai.provider.name': 'ollama', 'gen_ai.response.model': 'llama3.3:70b' }, {}, 0],
    [
      'name what Bedrock does not',
      {
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.request.model': 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
      },
      {},
      0.018,
    ],
    [
      'are multiplied as list prices are',
      { ...openai('gpt-5'), 'openai.response.service_tier': 'flex' },
      {},
      0.0045,
    ],
    [
      'are multiplied in a region, where a multiple is published',
      { ...openai('gpt-5.4'), 'server.address': 'eu.api.openai.com' },
      {},
      0.014 * 1.1,
    ],
    [
      'are the region’s, where none is',
      { ...openai('prod-chat'), 'server.address': 'eu.api.openai.com' },
      {},
      0.0125,
    ],
  ])('%s', async (_, attributes: Attributes, span, right) => {
    const stored = await priced([{ name: 'call', ...span, attributes: { ...CALL, ...attributes } }], own)
    expect(cost(stored.get('call')!, 'amount')).toBeCloseTo(right, 12)
    expect(stored.get('call')).not.toHaveProperty(['genai.price.own'])
  })

  test.each(['no-output', 'words', 'gpt-5-nano'])(
    'that cannot be used are not replaced by others: %s',
    async (model) => {
      const stored = await priced([{ name: 'call', attributes: { ...CALL, ...openai(model) } }], own)
      const call = stored.get('call')!
      expect(Object.keys(call).filter((key) => key.startsWith('gen_ai.usage.cost'))).toEqual([])
      expect(call).toHaveProperty(['genai.price.own'])
    },
  )
})

test('in the whole pipeline, from what the Anthropic SDK sends: the parts add up, and say what was charged', async () => {
  const pipeline = await startPipeline()
  try {
    const traceId = newTraceId()
    await sendSpans(pipeline.otlpUrl, {
      scope: 'com.anthropic.sdk.typescript',
      spans: [
        {
          traceId,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.response.model': 'claude-haiku-4-5-20251001',
            'gen_ai.usage.input_tokens': 1_003_000,
            'gen_ai.usage.cache_read.input_tokens': 1000,
            'gen_ai.usage.cache_write.input_tokens': 2000,
            'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 1000,
            'gen_ai.usage.output_tokens': 1000,
          },
        },
      ],
    })
    const [span] = await eventually(async () => {
      const found = await pipeline.traces.spans(traceId)
      expect(found).toHaveLength(1)
      return found
    })
    const attributes = span!.attributes as Attributes
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
  } finally {
    await pipeline.stop()
  }
}, 180_000)
