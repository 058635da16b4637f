import { MODALITIES } from './book.ts'
import type { Modality, PriceBook } from './book.ts'
import { depth, entryOf } from './entry.ts'
import type { Entry } from './entry.ts'
import { DATE, RULES } from './names.ts'
import type { Rule } from './names.ts'
import { PROVIDERS } from './providers.ts'
import { DIMENSIONS } from './tiers.ts'
import type { Dimension, Multiples } from './tiers.ts'

/** The book as the statements paste it in: JSON is what OTTL's map literals look like. In lines, so that a diff reads. */
export function bookFile(book: PriceBook): string {
  const entries = [...book].map(([provider, models]) => [
    provider,
    Object.fromEntries([...models].map(([name, periods]) => [name, entryOf(periods)])),
  ])
  return JSON.stringify(Object.fromEntries(entries), undefined, 2) + '\n'
}

const attribute = (name: string) => `span.attributes["${name}"]`
const cache = (name: string) => `span.cache["${name}"]`
const tokens = (name: string) => `Double(Coalesce([${attribute(name)}, 0]))`

const INPUT = 'gen_ai.usage.input_tokens'
const READ = 'gen_ai.usage.cache_read.input_tokens'
const WRITE = 'gen_ai.usage.cache_write.input_tokens'
const WRITE_1H = 'genai.usage.cache_write.1h.input_tokens'
const COMPACTION = 'genai.usage.compaction.input_tokens'
const OUTPUT = 'gen_ai.usage.output_tokens'
const REPORTED = 'genai.usage.cost.reported'
const OWN = 'genai.price.own'
const PROVIDER = attribute('gen_ai.provider.name')
/** Whose list holds: the provider's own, or the one that price/overrides.yaml names for a gateway. */
const WHOSE = `Coalesce([${attribute('genai.price.provider')}, ${PROVIDER}])`
const REQUEST = attribute('gen_ai.request.model')
const RESPONSE = attribute('gen_ai.response.model')
const COST = 'gen_ai.usage.cost'
const AMOUNT = attribute(`${COST}.amount`)
const PARTS = ['input', 'cache_read', 'cache_write', 'output'] as const

/** The fifth part, which few calls have. */
const SERVER_TOOLS = attribute(`${COST}.server_tools`)
const SEARCHES = attribute('genai.usage.web_searches')
const BILLED = 'genai.usage.cost.billed'
const BILLED_CURRENCY = 'genai.usage.cost.billed.currency'
const FLAG = attribute('genai.flag')

const SUM = `set(${AMOUNT}, ${PARTS.map((part) => attribute(`${COST}.${part}`)).join(' + ')})`
const DIFFERENCE = `set(${attribute('genai.usage.cost.difference')}, ${AMOUNT} - ${attribute(REPORTED)}) where ${attribute(REPORTED)} != nil`
const OURS =
  '^gen_ai[.]usage[.]cost[.](amount|currency|source|input|cache_read|cache_write|output|server_tools)$'
const FORGET = `delete_matching_keys(span.attributes, "${OURS}")`
const SERVER = attribute('server.address')
const hostIs = (pattern: string) => `IsMatch(${SERVER}, "^(?i)([a-z]+://)?(${pattern})([:/]|$)")`
/** Hosts that keep a call in a region or geography, apart from the global one. Whose calls they are is looked at first. */
const IN_REGION = [
  `(${PROVIDER} == "gcp.vertex_ai" and ${hostIs('[a-z0-9-]+-aiplatform[.]googleapis[.]com|aiplatform[.][a-z0-9-]+[.]rep[.]googleapis[.]com')})`,
  `(${PROVIDER} == "openai" and ${SERVER} != nil and ${SERVER} != "api.openai.com" and ${hostIs('[a-z]{2}[.]api[.]openai[.]com')})`,
  `(${PROVIDER} == "x_ai" and ${hostIs('us[.]api[.]x[.]ai')})`,
].join(' or ')
const HAS_TOKENS = `(${attribute(INPUT)} != nil or ${attribute(OUTPUT)} != nil)`
const CACHED = `(${attribute(READ)} > 0 or ${attribute(WRITE)} > 0)`
/** By the answer's name; by the name that was asked for, where the answer's is the same without the variant, or none. */
const IS_FREE = [
  `HasSuffix(Coalesce([${RESPONSE}, ${REQUEST}]), ":free")`,
  `${REQUEST} == "openrouter/free"`,
  `Concat([${RESPONSE}, ":free"], "") == ${REQUEST}`,
].join(' or ')
const INFERENCE = `${attribute('genai.role')} == "inference"`

/** Tokens that are no text, where spans tell them apart. */
const modalTokens = (kind: Modality) => ({
  input: `gen_ai.usage.${kind}.input_tokens`,
  read: `gen_ai.usage.${kind}.cache_read.input_tokens`,
  output: `gen_ai.usage.${kind}.output_tokens`,
})
const IS_TOLD = MODALITIES.flatMap((kind) => {
  const { input, output } = modalTokens(kind)
  return [`${attribute(input)} != nil`, `${attribute(output)} != nil`]
}).join(' or ')

/**
 * The Collector's price fragment: a list of statement groups for the transform processor.
 *
 * Spans whose model's name is in the book as it stands, which are nearly all, cost the first two groups and a look at
 * the conditions of the others; the book is looked up by a key, so that its size does not matter.
 */
export function priceFragment(
  book: PriceBook,
  tiers: Record<Dimension['name'], Multiples>,
  dataVersion: string,
): string {
  const entries = [...book.values()].flatMap((models) => [...models.values()].map(entryOf))
  const charged = charge(entries)
  // By its name as it came a model of text alone is priced; what has to do with sound and pictures is for the second group.
  const alike = (line: string) => {
    const index = charged.indexOf(line)
    return index < 0 ? line : `*charge_${index}`
  }
  // Bedrock's names say region and version, and are always taken apart first.
  const asTheyCome = providerNames((id) => id !== 'aws')
  const all = providerNames()
  return `# Generated by prices/generate.ts (npm run generate). Do not edit: put prices of your own into
# collector/price/overrides.yaml.
#
# What a call costs, in its parts and in total. docs/prices.md says how a price is found, and what is not guessed.
# Data: @pydantic/genai-prices ${dataVersion}, in price/book.json.

# Prices of your own win.
- \${file:price/overrides.yaml}

# What the provider billed is money paid, and wins in the end, below.
- context: span
  error_mode: silent
  conditions:
    - ${AMOUNT} != nil and ${attribute(`${COST}.source`)} == "provider" and ${INFERENCE}
  statements:
    - set(${attribute(BILLED)}, Double(${AMOUNT}))
    - set(${attribute(BILLED_CURRENCY)}, Coalesce([${attribute(`${COST}.currency`)}, "USD"]))
    - append(${FLAG}, "cost_invalid") where not (${attribute(BILLED)} >= 0.0 and ${attribute(BILLED)} <= 1000000.0)
    - delete_key(span.attributes, "${BILLED_CURRENCY}") where not (${attribute(BILLED)} >= 0.0 and ${attribute(BILLED)} <= 1000000.0)
    - delete_key(span.attributes, "${BILLED}") where not (${attribute(BILLED)} >= 0.0 and ${attribute(BILLED)} <= 1000000.0)

# The model that answered, else the one that was asked for, by its name as it came.
- context: span
  # Silent, as a model that is not in the book is an error to OTTL; it is counted, by gen_ai.client.inference.unpriced.
  error_mode: silent
  conditions:
    - ${INFERENCE} and (${HAS_TOKENS} or ${AMOUNT} != nil)
  statements:
    # A cost that the application computed is kept beside ours; only ours is counted. Ours has parts: that of another
    # Collector of this kind is computed again.
    - set(${attribute(REPORTED)}, Double(${AMOUNT})) where ${AMOUNT} != nil and ${attribute(`${COST}.input`)} == nil
    - ${FORGET} where ${AMOUNT} != nil
    # Without tokens there is nothing to price.
    - set(${cache('price')}, ${attribute(OWN)}) where ${HAS_TOKENS}
    # OpenRouter's free variants are free by definition, those that the book does not know, too:
    # https://openrouter.ai/docs/guides/routing/model-variants/free
    - set(${cache('price')}, "0 0 0 0 0") where ${WHOSE} == "openrouter" and ${cache('price')} == nil and (${IS_FREE})
    - >-
      set(${cache('price')}, Coalesce([\${file:price/book.json}])[Coalesce([{
      ${asTheyCome}
      }])[${WHOSE}]][ToLowerCase(Coalesce([${RESPONSE}, ${REQUEST}]))]) where ${cache('price')} == nil and ${HAS_TOKENS}
${charged.map((line, i) => `    - &charge_${i} ${line}`).join('\n')}
    - ${FORGET} where ${AMOUNT} == nil
    # A price of yours that cannot be read stays on the span, which has no cost then. In a region it is still looked at.
    - delete_key(span.attributes, "${OWN}") where ${attribute(OWN)} != nil and ${AMOUNT} != nil and not (${IN_REGION})

# The same, by the name without its version; then by the model that was asked for.
- context: span
  error_mode: silent
  conditions:
    - >-
      ${INFERENCE} and ${AMOUNT} == nil and ${HAS_TOKENS} and ${attribute(OWN)} == nil and Coalesce([{
      ${all}
      }])[${WHOSE}] != nil
  statements:
    - &provider >-
      set(${cache('provider')}, Coalesce([{
      ${all}
      }])[${WHOSE}])
    - set(${cache('model')}, ToLowerCase(Coalesce([${RESPONSE}, ${REQUEST}])))
    # Bedrock charges by what was asked for: an answer names the model, but not the geography.
    - set(${cache('model')}, ToLowerCase(${REQUEST})) where ${cache('provider')} == "aws" and ${REQUEST} != nil
${RULES.map((rule, i) => `    - &rule_${i} ${replacePattern(rule)}`).join('\n')}
    - &look_up >-
      set(${cache('price')}, Coalesce([\${file:price/book.json}])[${cache('provider')}][${cache('model')}]) where ${cache('price')} == nil
    - set(${cache('model')}, ToLowerCase(${REQUEST})) where ${cache('price')} == nil and ${cache('provider')} != "aws"
    - *look_up
${RULES.map((_, i) => `    - *rule_${i}`).join('\n')}
    - *look_up
${charge(entries, true)
  .map((line) => `    - ${alike(line)}`)
  .join('\n')}

# Calls that were not served in the standard way. Where price/tiers.yaml does not say what they cost, nothing does.
- context: span
  error_mode: silent
  conditions:
    - ${AMOUNT} != nil and ${INFERENCE} and (${DIMENSIONS.map(({ attributes, requested, standard }) => isApart([...attributes, ...requested].map(attribute), standard)).join(' or ')} or ${IN_REGION})
  statements:
    - *provider
    - set(${cache('name')}, ToLowerCase(Coalesce([${RESPONSE}, ${REQUEST}])))
    - set(${cache('model')}, ${cache('name')})
${RULES.map((_, i) => `    - *rule_${i}`).join('\n')}
    # A snapshot that has a price is one of the model without the date.
    - ${replacePattern({ pattern: DATE, replacement: '' })}
${lines(DIMENSIONS.flatMap((dimension) => multiply(dimension, tiers[dimension.name])))}
    - ${SUM}
    - ${DIFFERENCE}
    - delete_key(span.attributes, "${OWN}")
    - delete_matching_keys(span.attributes, "${OURS}|^genai[.]usage[.]cost[.]difference$") where ${cache('unknown')} != nil

# Searches of the provider's own tool, which have one price however the call was served. Where nobody says which, the call cost
# more than it says.
- context: span
  conditions:
    - ${SEARCHES} != nil and ${AMOUNT} != nil
  statements:
    - set(${AMOUNT}, ${AMOUNT} + ${SERVER_TOOLS}) where ${SERVER_TOOLS} != nil
    - ${DIFFERENCE}
    - append(${FLAG}, "server_tools_unpriced") where ${SERVER_TOOLS} == nil

# What the provider billed is what the call cost; the list price stays beside it.
- context: span
  conditions:
    - ${attribute(BILLED)} != nil
  statements:
    - set(${attribute('genai.usage.cost.list')}, ${AMOUNT}) where ${AMOUNT} != nil
    - set(${AMOUNT}, ${attribute(BILLED)})
    - set(${attribute(`${COST}.currency`)}, ${attribute(BILLED_CURRENCY)}) where ${attribute(BILLED_CURRENCY)} != nil
    - set(${attribute(`${COST}.source`)}, "provider")
    - delete_key(span.attributes, "${BILLED}")
    - delete_key(span.attributes, "${BILLED_CURRENCY}")
`
}

function providerNames(which: (id: string) => boolean = () => true): string {
  return Object.entries(PROVIDERS)
    .filter(([id]) => which(id))
    .flatMap(([id, names]) => names.map((name) => `"${name}": "${id}"`))
    .join(', ')
}

function replacePattern({ pattern, replacement, provider }: Rule): string {
  const where = provider === undefined ? '' : ` and ${cache('provider')} == "${provider}"`
  // A Collector takes $$ for $.
  return `replace_pattern(${cache('model')}, "${pattern}", "${replacement.replaceAll('$', '$$$$')}") where ${cache('price')} == nil${where}`
}

/**
 * From the price that was found to what the call costs, in the order of the choices in an entry.
 *
 * `modal`: sound, pictures and film that cost something else are charged, too; without it such calls get no cost.
 */
function charge(entries: readonly Entry[], modal = false): string[] {
  const rates = cache('rates')
  const choice = cache('choice')
  // Not IsMap, which makes an error message for every text: where there is nothing to choose, there is no choice.
  const has = (key: string) => `${choice}["${key}"] != nil`
  const day = `Time(${choice}["from"], "%Y-%m-%d", "UTC")`
  // Not before now, whatever the sender's clock says.
  const began = `span.start_time >= ${day} and Now() >= ${day}`
  // At least one, for prices of the user's own.
  const dates = Array.from({ length: Math.max(1, ...entries.map(depth)) })
  const rate = (i: number) => `Double(${rates}[${i}])`
  const cost = (part: string, value: string) => `set(${attribute(`${COST}.${part}`)}, ${value} / 1000000.0)`
  const word = (...names: string[]) => `Coalesce([${names.map((name) => `${choice}["${name}"]`).join(', ')}])`
  return [
    // A text holds all rates. What is no text is a choice.
    `set(${rates}, Split(${cache('price')}, " "))`,
    `set(${choice}, ${cache('price')}) where ${rates} == nil`,
    ...dates.flatMap(() => [
      `set(${choice}, ${choice}["then"]) where ${has('from')} and ${began}`,
      `set(${choice}, ${choice}["before"]) where ${has('from')} and not (${began})`,
    ]),
    ...(modal
      ? [
          `delete_key(span.cache, "choice") where ${has('told')} and not (${IS_TOLD})`,
          `set(${cache('modal')}, ${choice}) where ${has('text')} and (${IS_TOLD})`,
        ]
      : [`delete_key(span.cache, "choice") where ${has('text')} and (${has('told')} or ${IS_TOLD})`]),
    `set(${choice}, ${choice}["text"]) where ${has('text')}`,
    // What summed up the conversation was a request of its own.
    `set(${choice}, ${choice}["long"]) where ${has('above')} and (${attribute(INPUT)} - Coalesce([${attribute(COMPACTION)}, 0]) > ${choice}["above"] or ${attribute(COMPACTION)} > ${choice}["above"])`,
    `set(${choice}, ${choice}["short"]) where ${has('above')}`,
    // Prices of the user's own, by name.
    `set(${choice}, Concat([${choice}["input"], ${word('cache_read', 'input')}, ${word('cache_write', 'input')}, ${word('cache_write_1h', 'cache_write', 'input')}, ${choice}["output"], ${word('web_searches')}], " ")) where ${has('input')} and ${has('output')}`,
    `set(${rates}, Split(${choice}, " ")) where ${choice} != nil`,
    // A double times an int is an error in OTTL, so all are doubles. Calls without a cache, which are many, get by without
    // its arithmetic; its rates are read all the same, so that what cannot be read leaves every call without a cost.
    cost('input', `${tokens(INPUT)} * ${rate(0)}`),
    `${cost('input', `(${tokens(INPUT)} - ${tokens(READ)} - ${tokens(WRITE)}) * ${rate(0)}`)} where ${CACHED}`,
    cost('cache_read', `0.0 * ${rate(1)}`),
    `${cost('cache_read', `${tokens(READ)} * ${rate(1)}`)} where ${attribute(READ)} > 0`,
    cost('cache_write', `0.0 * ${rate(2)}`),
    `${cost('cache_write', `${tokens(WRITE)} * ${rate(2)}`)} where ${attribute(WRITE)} > 0`,
    // Where it is not known what an hour costs, the part stays out, and so does the sum.
    `delete_key(span.attributes, "${COST}.cache_write") where ${attribute(WRITE_1H)} > 0`,
    `${cost(
      'cache_write',
      `((${tokens(WRITE)} - ${tokens(WRITE_1H)}) * ${rate(2)} + ${tokens(WRITE_1H)} * ${rate(3)})`,
    )} where ${attribute(WRITE_1H)} > 0`,
    cost('output', `${tokens(OUTPUT)} * ${rate(4)}`),
    ...(modal ? MODALITIES.flatMap((kind) => modalCharge(kind)) : []),
    // By the thousand.
    `set(${SERVER_TOOLS}, Double(${SEARCHES}) * ${rate(5)} / 1000.0) where ${SEARCHES} > 0`,
    SUM,
    `set(${attribute(`${COST}.currency`)}, "USD") where ${AMOUNT} != nil`,
    // Computed here, not told by the provider (https://github.com/open-telemetry/semantic-conventions-genai/pull/443).
    `set(${attribute(`${COST}.source`)}, "local") where ${AMOUNT} != nil`,
    DIFFERENCE,
  ]
}

/** The difference to what the tokens would cost as text, which they have been charged as. */
function modalCharge(kind: Modality): string[] {
  const { input, read, output } = modalTokens(kind)
  const rates = cache(kind)
  const add = (part: string, count: string, its: number, text: number) => {
    const to = attribute(`${COST}.${part}`)
    // What is not known is no number, and takes the part out, and so the sum.
    return [
      `set(${cache('extra')}, ${count} * (Double(${rates}[${its}]) - Double(${cache('rates')}[${text}])) / 1000000.0) where ${count} > 0.0`,
      `delete_key(span.attributes, "${COST}.${part}") where ${count} > 0.0 and ${cache('extra')} == nil`,
      `set(${to}, ${to} + ${cache('extra')}) where ${cache('extra')} != nil`,
      `delete_key(span.cache, "extra")`,
    ]
  }
  return [
    `set(${rates}, Split(${cache('modal')}["${kind}"], " ")) where ${cache('modal')} != nil`,
    ...add('input', `(${tokens(input)} - ${tokens(read)})`, 0, 0),
    ...add('cache_read', tokens(read), 1, 1),
    ...add('output', tokens(output), 2, 4),
  ]
}

const lines = (statements: readonly string[]) => statements.map((line) => `    - ${line}`).join('\n')

const first = (names: readonly string[]) =>
  names.length === 1 ? attribute(names[0]!) : `Coalesce([${names.map(attribute).join(', ')}])`

/** Whether one of these is set, and not to what is standard. */
const isApart = (values: readonly string[], standard: readonly string[]) =>
  values
    .map(
      (value) => `(${[`${value} != nil`, ...standard.map((word) => `${value} != "${word}"`)].join(' and ')})`,
    )
    .join(' or ')

/** Multiplies the parts; where the multiple is not known, sets cache["unknown"]. */
function multiply({ name, attributes, requested, standard }: Dimension, multiples: Multiples): string[] {
  const value = cache(name)
  const found = cache(`${name}_multiple`)
  const served = isApart([value], standard)
  const lookUp = (model: string) =>
    `set(${found}, Coalesce([${JSON.stringify(multiples)}])[${cache('provider')}][${value}][${model}]) where ${served}`
  return [
    `set(${value}, ToLowerCase(${first(attributes)}))`,
    ...(name === 'geography' ? [`set(${value}, "regional") where ${IN_REGION}`] : []),
    // Each wins over the one before: all models, the model without its version, the model by its name.
    lookUp('"*"'),
    lookUp(cache('model')),
    lookUp(cache('name')),
    `set(${found}, Split(${found}, " ")) where ${found} != nil`,
    `delete_key(span.cache, "${name}_multiple") where ${found} != nil and ${attribute(INPUT)} > Int(${found}[1])`,
    // A price of the user's own is the region's, where no multiple of its model is published.
    `set(${cache('unknown')}, true) where ${served} and ${found} == nil${name === 'geography' ? ` and ${attribute(OWN)} == nil` : ''}`,
    ...(requested.length
      ? [
          `set(${cache('unknown')}, true) where ${value} == nil and (${isApart(requested.map(attribute), standard)})`,
        ]
      : []),
    ...PARTS.map((part) => {
      const cost = attribute(`${COST}.${part}`)
      return `set(${cost}, ${cost} * Double(${found}[0])) where ${found} != nil`
    }),
  ]
}
