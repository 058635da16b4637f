import type { Day } from './days.ts'
import type { Kind, Usage } from './usage.ts'

/** By `gen_ai.provider.name`. */
export type ProviderName = 'anthropic' | 'openai' | 'gcp.gemini'

/** What a provider reports that one of its models was used for, on one day. */
export interface ReportedUsage {
  day: Day
  model: string
  usage: Usage
  /** undefined: the provider does not report them. */
  requests: number | undefined
  /** The id of the API key; null where there was none, or the provider does not say. */
  key: string | null
  batch: boolean
  /** As the provider names it. */
  tier: string | undefined
}

/** What a provider charges for one day. */
export interface ReportedCost {
  day: Day
  /** '' for what is no model's, such as the provider's own tools. */
  model: string
  /** undefined: for no tokens. */
  kind: Kind | undefined
  /** The provider's own words. */
  what: string
  usd: number
}

export interface Report {
  provider: ProviderName
  usage: ReportedUsage[]
  costs: ReportedCost[]
}
