import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { PROVIDERS } from './providers.ts'

/** One way in which calls are served apart from the standard, and where spans say so. */
export interface Dimension {
  name: 'service_tier' | 'speed' | 'geography'
  /** The first of these that a span has: what was served. */
  attributes: readonly string[]
  /** What was asked for, which is not always served. Without an answer to it, the price is not known. */
  requested: readonly string[]
  /** Values that are the standard, and cost its price. */
  standard: readonly string[]
}

export const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'service_tier',
    attributes: [
      'openai.response.service_tier',
      'gen_ai.openai.response.service_tier',
      'anthropic.response.service_tier',
    ],
    requested: ['openai.request.service_tier', 'gen_ai.openai.request.service_tier'],
    // What `auto` was served as, the answer says; without a setting of the project it is the standard.
    standard: ['standard', 'default', 'on_demand', 'auto'],
  },
  {
    name: 'speed',
    attributes: ['anthropic.response.speed', 'anthropic.usage.speed'],
    requested: [],
    standard: ['standard'],
  },
  {
    name: 'geography',
    attributes: ['anthropic.response.inference_geo', 'anthropic.usage.inference_geo'],
    requested: [],
    standard: ['global', 'not_available'],
  },
]

/** Provider (the data set's id) → served how → model, or `*` → `<multiple> <most input tokens>`. */
export type Multiples = Record<string, Record<string, Record<string, string>>>

/** More input tokens than any call has. */
const NO_LIMIT = 1_000_000_000

/**
 * Reads tiers.yaml.
 *
 * @throws naming the entry, where a dimension or provider is unknown, or a multiple is no number above 0.
 */
export function readTiers(file: string): Record<Dimension['name'], Multiples> {
  const tiers = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Record<string, unknown>>>
  for (const name of Object.keys(tiers)) {
    if (!DIMENSIONS.some((dimension) => dimension.name === name)) throw new Error(`${file}: unknown ${name}`)
  }
  const read = (name: Dimension['name']): Multiples =>
    Object.fromEntries(
      Object.entries(tiers[name] ?? {}).map(([provider, values]) => {
        if (!(provider in PROVIDERS)) throw new Error(`${file}: ${name}: unknown provider ${provider}`)
        const multiples = Object.entries(values).map(([value, models]) => [
          value,
          multiplesOf(models, `${file}: ${name}/${provider}/${value}`),
        ])
        return [provider, Object.fromEntries(multiples)]
      }),
    )
  return { service_tier: read('service_tier'), speed: read('speed'), geography: read('geography') }
}

function multiplesOf(models: unknown, where: string): Record<string, string> {
  const entries = Object.entries(
    (models ?? {}) as Record<string, number | { multiple: number; up_to: number }>,
  )
  return Object.fromEntries(
    entries.map(([model, value]) => {
      const { multiple, up_to } = typeof value === 'object' ? value : { multiple: value, up_to: NO_LIMIT }
      if (typeof multiple !== 'number' || !(multiple > 0) || !Number.isInteger(up_to)) {
        throw new Error(`${where}/${model}: expected a multiple above 0, or { multiple, up_to }`)
      }
      return [model, `${multiple} ${up_to}`]
    }),
  )
}
