/** Where a call's price came from, or why there is none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutVersion } from '../../prices/names.ts'
import { PROVIDERS } from '../../prices/providers.ts'
import { folder } from '../collector/config.ts'
import { OWN_PRICE } from './config.ts'
import type { Attributes } from './input.ts'

export interface Part {
  name: string
  usd: number
  tokens?: number
  /** USD per million tokens, as they were charged. */
  rate?: number
}

export interface Price {
  source: 'book' | 'own' | 'billed' | 'free' | 'none'
  amount?: number
  currency?: string
  parts: Part[]
  why: string
}

type Book = Record<string, Record<string, string | object>>

let book: Book | undefined
const readBook = () => (book ??= JSON.parse(readFileSync(join(folder, 'price', 'book.json'), 'utf8')) as Book)

/** @param attributes of a span with the role `inference`, as backends get it */
export function priceOf(attributes: Attributes): Price {
  const number = (key: string) => (typeof attributes[key] === 'number' ? attributes[key] : undefined)
  const amount = number('gen_ai.usage.cost.amount')
  if (amount === undefined) return { source: 'none', parts: [], why: whyNone(attributes) }

  const currency = text(attributes['gen_ai.usage.cost.currency']) ?? 'USD'
  const tokens = (key: string) => number(`gen_ai.usage.${key}`) ?? 0
  const [read, write] = [tokens('cache_read.input_tokens'), tokens('cache_write.input_tokens')]
  const parts = [
    part('input', tokens('input_tokens') - read - write),
    part('cache_read', read),
    part('cache_write', write),
    part('output', tokens('output_tokens')),
    part('server_tools'),
  ].filter((part) => part !== undefined)
  function part(name: string, tokens?: number): Part | undefined {
    const usd = number(`gen_ai.usage.cost.${name}`)
    if (!usd) return undefined
    return { name, usd, ...(tokens && { tokens, rate: Number(((usd / tokens) * 1e6).toPrecision(10)) }) }
  }

  const priced = { amount, currency, parts }
  if (attributes['gen_ai.usage.cost.source'] === 'provider') {
    const list = number('genai.usage.cost.list')
    const why = `The provider billed it. ${list === undefined ? 'There is no list price.' : `The list price is ${list} USD.`}`
    return { source: 'billed', ...priced, why }
  }
  if (attributes[OWN_PRICE] === true)
    return { source: 'own', ...priced, why: 'Your own price, from collector/price/overrides.yaml.' }
  const entry = findEntry(attributes)
  if (entry === undefined && amount === 0)
    return { source: 'free', ...priced, why: 'OpenRouter’s free variants cost nothing.' }
  const where = entry ? `${entry.provider} / ${entry.model}` : 'an entry that was found by other rules'
  return {
    source: 'book',
    ...priced,
    why: `The price book (collector/price/book.json), ${where}.${multiple(parts, entry?.rates)}`,
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

interface Entry {
  provider: string
  model: string
  rates: string | object
}

/** As the look-up does it: the model that answered, then the one that was asked for, by the name as it came and without its version. */
function findEntry(attributes: Attributes): Entry | undefined {
  const provider = providerOf(attributes)
  if (provider === undefined) return undefined
  const response = text(attributes['gen_ai.response.model'])
  const request = text(attributes['gen_ai.request.model'])
  const first = (response ?? request)?.toLowerCase()
  const names = [first, response, request].flatMap((name, i) =>
    name === undefined ? [] : i === 0 ? [name] : [withoutVersion(name, provider), name.toLowerCase()],
  )
  for (const model of names) {
    const rates = readBook()[provider]?.[model]
    if (rates !== undefined) return { provider, model, rates }
  }
  return undefined
}

function providerOf(attributes: Attributes): string | undefined {
  const name = text(attributes['gen_ai.provider.name'])
  return Object.keys(PROVIDERS).find((id) => name !== undefined && PROVIDERS[id]!.includes(name))
}

/** In what order rates stand in the book. */
const RATES = ['input', 'cache_read', 'cache_write', 'cache_write_1h', 'output']

function multiple(parts: Part[], rates: string | object | undefined): string {
  if (typeof rates !== 'string') return rates === undefined ? '' : ' It depends on the date or on the length.'
  const listed = rates.split(' ').map(Number)
  const [factor] = parts.flatMap(({ name, rate }) => {
    const list = listed[RATES.indexOf(name)]
    return name !== 'cache_write' && rate && list ? [Number((rate / list).toPrecision(6))] : []
  })
  return factor === undefined || factor === 1
    ? ''
    : ` Times ${factor}, for its service tier, its speed or its region (prices/tiers.yaml).`
}

/** What says how a call was served. */
const SERVED =
  /^(gen_ai\.)?(openai|anthropic)\.(request|response|usage)\.(service_tier|speed|inference_geo)$|^server\.address$|^gen_ai\.usage\.(audio|image|video)\./

function whyNone(attributes: Attributes): string {
  if (
    attributes['gen_ai.usage.input_tokens'] === undefined &&
    attributes['gen_ai.usage.output_tokens'] === undefined
  )
    return 'The span tells no usage.'
  if (attributes['genai.price.own'] !== undefined)
    return `Your price in collector/price/overrides.yaml cannot be used: ${JSON.stringify(attributes['genai.price.own'])}.`
  const unpriced =
    'It is counted as unpriced. Add it to collector/price/overrides.yaml, or to the book (docs/prices.md).'
  const name = text(attributes['gen_ai.provider.name'])
  if (name === undefined) return `The span names no provider. ${unpriced}`
  const provider = providerOf(attributes)
  if (provider === undefined) return `The book has no provider ${name}. ${unpriced}`
  const models = [attributes['gen_ai.response.model'], attributes['gen_ai.request.model']].map(text)
  const named = [...new Set(models.filter((model) => model !== undefined))]
  if (named.length === 0) return `The span names no model. ${unpriced}`
  const entry = findEntry(attributes)
  if (entry === undefined)
    return `The book has no model ${named.join(', and no ')}, of ${provider}. ${unpriced}`
  const served = Object.entries(attributes).filter(([key]) => SERVED.test(key))
  const how = served.map(([key, value]) => `${key}=${String(value)}`).join(', ')
  return `The book has ${provider} / ${entry.model}, but no price for how this call was served${how && ` (${how})`}. ${unpriced}`
}
