import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type {
  ConditionalPrice,
  MatchLogic,
  ModelInfo,
  ModelPrice,
  Provider,
  TieredPrices,
} from '@pydantic/genai-prices'
import { AS_THE_MAKER, DATE, KNOWN_NAMES, LEFT_OUT, withoutVersion } from './names.ts'
import { PROVIDERS } from './providers.ts'

/** USD per million tokens, by what the tokens were. */
export interface Rates {
  input: number
  cacheRead: number
  cacheWrite: number
  /** undefined where writes for an hour cost something else, and nobody says what. */
  cacheWrite1h?: number
  output: number
  /** A thousand searches of the provider's own tool. undefined where the model has none, or nobody says what they cost. */
  webSearches?: number
}

/** USD per million tokens that are no text. What is undefined is not known. */
export interface ModalRates {
  input: number | undefined
  cacheRead: number | undefined
  output: number | undefined
}

export const MODALITIES = ['audio', 'image', 'video'] as const
export type Modality = (typeof MODALITIES)[number]

/** What holds from a moment on. */
export interface Period {
  /** The day it begins, in UTC: YYYY-MM-DD. Not on the first period. */
  from?: string
  rates: Rates
  /** All tokens of a call with more than `above` input tokens cost these rates. */
  long?: { above: number; rates: Rates }
  /** Sound, pictures or film cost something else, where a call says how much of them it had. */
  modal?: Partial<Record<Modality, ModalRates>>
  /** A model of sound, pictures or film: a call that does not say how much of them it had has no price. */
  told?: boolean
}

/** The data set's provider id → model name in lower case, as the Collector looks it up → periods, oldest first. */
export type PriceBook = Map<string, Map<string, Period[]>>

/**
 * Reads the price book out of genai-prices.
 *
 * Only names that the data set spells out, or that are known to exist, become keys. A name that it would match by
 * prefix or by containing (as it matches `claude-sonnet-5-5` to `claude-sonnet-5`) is a guess, and stays unpriced.
 *
 * @throws where the data set says something that the book cannot express, so that no price is silently wrong.
 */
export function readPriceBook(): PriceBook {
  return new Map(Object.keys(PROVIDERS).map((id) => [id, readProvider(id)]))
}

function readProvider(id: string): Map<string, Period[]> {
  const names = new Map<string, Period[]>()
  const provider = providerOf(id)
  // Where the data set says that a cloud charges what the vendor does.
  for (const vendor of [id, ...(provider.fallback_model_providers ?? [])]) {
    for (const model of providerOf(vendor).models) {
      const periods = periodsOf(model, vendor)
      if (!periods) continue
      for (const name of [...namesOf(model, vendor), ...(KNOWN_NAMES[id] ?? [])]) {
        // The data set has the last word on which model a name means: the first that matches.
        const found = calcPrice({ input_tokens: 1 }, dataName(name, id), { providerId: id })
        if (found?.model.id !== model.id || !samePrices(periodsOf(found.model, vendor), periods)) continue
        const key = id === 'aws' ? bedrockKey(name) : name.toLowerCase()
        if (key && !LEFT_OUT[id]?.includes(key)) add(names, key, periods)
      }
    }
  }
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The name by which the data set knows a model: its own, else the one without the date of a snapshot. */
export function dataName(name: string, provider: string): string {
  const known = calcPrice({ input_tokens: 1 }, name, { providerId: provider })
  return known ? name : name.replace(new RegExp(DATE), '')
}

function add(names: Map<string, Period[]>, name: string, periods: Period[]) {
  const there = names.get(name)
  if (there && !samePrices(there, periods)) throw new Error(`${name}: two prices`)
  names.set(name, periods)
}

const samePrices = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function providerOf(id: string): Provider {
  const provider = findProvider({ providerId: id })
  if (provider?.id !== id) throw new Error(`genai-prices has no provider ${id}`)
  return provider
}

function namesOf(model: ModelInfo, vendor: string): Set<string> {
  const names = [model.id, ...namesIn(model.match), ...(KNOWN_NAMES[vendor] ?? [])].flatMap((name) =>
    // Bedrock's, in one region and in several.
    name.startsWith('regional.')
      ? ['', 'us.', 'eu.', 'jp.'].map((geography) => geography + name.slice(9))
      : [name],
  )
  // Some stop in the middle of a name.
  return new Set(names.filter((name) => !/[-@:.]$/.test(name)))
}

/**
 * Bedrock's names are looked up without geography and revision: `anthropic.claude-…-v1`, `global.anthropic.claude-…`.
 * A name without its vendor does not say which of the two it was, which differ in price.
 */
function bedrockKey(name: string): string | undefined {
  const key = withoutVersion(name, 'aws')
  return /^(claude|gpt|titan)-/.test(key) ? undefined : key
}

/**
 * The names that a match rule spells out. What a name has to begin with or to contain counts as a name of its own:
 * `claude-opus-4-6` is a model.
 */
function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn)
  if ('equals' in match) return [match.equals]
  const parts =
    'starts_with' in match
      ? [match.starts_with]
      : 'contains' in match
        ? [match.contains]
        : 'ends_with' in match
          ? [match.ends_with]
          : []
  // Some stop in the middle of a date: `claude-sonnet-4-2025`.
  return parts.filter((name) => !/-20\d\d$/.test(name))
}

/** Models of sound and pictures: charged by more than their text. */
const NOT_TEXT = /audio|realtime|transcribe|voxtral|whisper|image|live|-tts/

/** Rates of what spans count, and charges beside the tokens: no span says how often files were searched. */
const TOKENS = ['input_mtok', 'output_mtok', 'cache_read_mtok', 'cache_write_mtok', 'cache_write_1h_mtok']
const BESIDE = /^(web_searches|storage_searches)_kcount$/
const MODAL = /^(input_(audio|image|video)|cache_(audio|image|video)_read|output_(audio|image|video))_mtok$/

/** undefined where tokens alone do not make the price, so that the model stays unpriced. */
function periodsOf(model: ModelInfo, vendor: string): Period[] | undefined {
  const maker = AS_THE_MAKER[vendor]?.[model.id]
  const { prices } = maker ? providerOf(maker).models.find(({ id }) => id === model.id)! : model
  const conditional: ConditionalPrice[] = Array.isArray(prices) ? prices : [{ prices }]
  // By the hour, which is DeepSeek's way. At weekends and on Chinese holidays all hours cost the same, which the data set
  // cannot say (https://github.com/pydantic/genai-prices/issues/582).
  if (conditional.some(({ constraint }) => constraint?.type === 'time_of_date')) return undefined
  const keys = new Set(conditional.flatMap(({ prices }) => Object.keys(prices)))
  // An empty list of prices says that a model is free, where its name does; else that nobody wrote them down.
  if (keys.size === 0 && !model.id.endsWith(':free')) return undefined
  if (keys.size > 0 && conditional.some(({ prices }) => prices.input_mtok === undefined)) return undefined
  // Charged by the request, for citations, for pictures in the answer, …
  if ([...keys].some((key) => !TOKENS.includes(key) && !BESIDE.test(key) && !MODAL.test(key)))
    return undefined
  const isModal = [...keys].some((key) => MODAL.test(key))
  const notText = NOT_TEXT.test(model.id.toLowerCase())
  if (notText && !isModal) return undefined
  // What answers with them does so often; what only takes them is mostly given text.
  const told = notText || [...keys].some((key) => MODAL.test(key) && key.startsWith('output_'))

  const twice = (vendor === 'aws' || vendor === 'google') && TWICE_FOR_AN_HOUR.test(model.id)
  const periods: Period[] = []
  for (const { constraint, prices } of conditional) {
    const rates = ratesOf(prices, twice, (price) => (typeof price === 'number' ? price : price.base))
    if ((constraint === undefined) !== (periods.length === 0)) {
      throw new Error(`${model.id}: expected the first price without a start date, and the others with one`)
    }
    const above = tierStart(model.id, prices)
    const tier = ratesOf(prices, twice, (price) =>
      typeof price === 'number' ? price : (price.tiers[0]?.price ?? price.base),
    )
    periods.push({
      ...(constraint?.type === 'start_date' ? { from: constraint.start_date } : {}),
      rates,
      ...(above === undefined ? {} : { long: { above, rates: tier } }),
      ...(isModal ? { modal: modalRates(prices) } : {}),
      ...(told ? { told } : {}),
    })
  }
  return periods
}

/**
 * Claude on Bedrock and Vertex, from 4.5 on, which was the first there whose cache could be written for an hour, at twice
 * the input: https://platform.claude.com/docs/en/about-claude/pricing#prompt-caching. LiteLLM's prices have the same.
 */
const TWICE_FOR_AN_HOUR = /claude-((haiku|sonnet|opus)-4-[5-9]|(haiku|sonnet|opus|fable)-5)/

/**
 * Where a price is missing, genai-prices charges the tokens as what they are part of. Not so for an hour's writes, where
 * writes have a price: they cost more than those for 5 minutes wherever both are published.
 */
function ratesOf(prices: ModelPrice, twice: boolean, pick: (price: number | TieredPrices) => number): Rates {
  const rate = (key: string, fallback: number) => {
    const price = prices[key]
    return price === undefined ? fallback : pick(price)
  }
  const input = rate('input_mtok', 0)
  const unknown = prices.cache_write_mtok !== undefined && prices.cache_write_1h_mtok === undefined
  const cacheWrite1h = rate('cache_write_1h_mtok', twice ? input * 2 : input)
  return {
    input,
    cacheRead: rate('cache_read_mtok', input),
    cacheWrite: rate('cache_write_mtok', input),
    ...(unknown && !twice ? {} : { cacheWrite1h }),
    output: rate('output_mtok', 0),
    ...(typeof prices.web_searches_kcount === 'number' ? { webSearches: prices.web_searches_kcount } : {}),
  }
}

/** A price by the length of the input is not known for these: its own is the one of a short input, and stays out. */
function modalRates(prices: ModelPrice): Partial<Record<Modality, ModalRates>> {
  const rate = (key: string) => (typeof prices[key] === 'number' ? prices[key] : undefined)
  return Object.fromEntries(
    MODALITIES.flatMap((kind) => {
      const rates: ModalRates = {
        input: rate(`input_${kind}_mtok`),
        cacheRead: rate(`cache_${kind}_read_mtok`),
        output: rate(`output_${kind}_mtok`),
      }
      return Object.values(rates).some((value) => value !== undefined) ? [[kind, rates]] : []
    }),
  )
}

function tierStart(id: string, prices: ModelPrice): number | undefined {
  const starts = new Set<number>()
  for (const price of Object.values(prices)) {
    if (price === undefined || typeof price === 'number') continue
    if (price.tiers.length > 1) throw new Error(`${id}: more than one context tier cannot be expressed yet`)
    for (const { start } of price.tiers) starts.add(start)
  }
  if (starts.size > 1) throw new Error(`${id}: context tiers with different starts cannot be expressed yet`)
  return [...starts][0]
}
