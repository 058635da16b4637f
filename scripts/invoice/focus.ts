import { increasesByHour } from '../lib/prometheus.ts'
import { csvLine } from './csv.ts'
import { type Day, dayOf, DAY, HOUR, startOf } from './days.ts'

/**
 * The columns of a Cost and Usage dataset of FOCUS 1.3 (https://focus.finops.org/focus-specification/v1-3/): all that are
 * mandatory, those that 1.3 deprecates among them, and the conditional ones that apply to tokens.
 */
export const COLUMNS = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'EffectiveCost',
  'HostProviderName',
  'InvoiceIssuerName',
  'ListCost',
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceProviderName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SubAccountId',
  'SubAccountName',
  'Tags',
] as const

type Labels = Record<string, string>

/** A charge: what one part of the calls of a service, model and feature cost on one day. */
export interface Charge {
  day: Day
  labels: Labels
  part: string
  usd: number
  /** undefined: the part is not one of tokens. */
  tokens: number | undefined
}

/** By `gen_ai.usage.cost.component`: what is metered, and the counters that make up its tokens. */
const METERS: Record<string, { meter: string; tokens: Record<string, 1 | -1> }> = {
  input: { meter: 'Input Tokens', tokens: { input: 1, cache_read_input: -1, cache_write_input: -1 } },
  cache_read: { meter: 'Cached Input Tokens', tokens: { cache_read_input: 1 } },
  cache_write: { meter: 'Cache Write Tokens', tokens: { cache_write_input: 1 } },
  output: { meter: 'Output Tokens', tokens: { output: 1 } },
}

/** What a charge's rows are told apart by. Errors and operations are not the bill's. */
const KEPT = [
  'deployment_environment_name',
  'service_namespace',
  'service_name',
  'app_feature',
  'app_endpoint',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
]

/** All charges of some days. Calls without a price are in none. */
export async function readCharges(
  prometheusUrl: string,
  days: readonly Day[],
  match: string,
): Promise<Charge[]> {
  const from = startOf(days[0]!)
  const to = startOf(days.at(-1)!) + DAY
  const charges = new Map<string, Charge>()
  const keyOf = (day: Day, part: string, labels: Labels) =>
    JSON.stringify([day, part, KEPT.map((name) => labels[name])])
  const read = async (metric: string, put: (day: Day, value: number, labels: Labels) => void) => {
    for (const { labels, values } of await increasesByHour(
      prometheusUrl,
      `gen_ai_client_inference_usage_${metric}_total{${match}}`,
      from,
      to,
    )) {
      values.forEach((value, hour) => value !== 0 && put(dayOf(from + hour * HOUR), value, labels))
    }
  }
  await read('cost', (day, usd, labels) => {
    const part = labels['gen_ai_usage_cost_component'] ?? 'billed'
    const key = keyOf(day, part, labels)
    const kept = Object.fromEntries(
      KEPT.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
    )
    const known = charges.get(key) ?? { day, labels: kept, part, usd: 0, tokens: METERS[part] && 0 }
    known.usd += usd
    charges.set(key, known)
  })
  for (const counter of ['input', 'cache_read_input', 'cache_write_input', 'output']) {
    await read(`${counter}_tokens`, (day, value, labels) => {
      for (const [part, { tokens }] of Object.entries(METERS)) {
        const charge = charges.get(keyOf(day, part, labels))
        if (charge) charge.tokens! += (tokens[counter] ?? 0) * value
      }
    })
  }
  return [...charges.values()].sort((a, b) => a.day.localeCompare(b.day) || b.usd - a.usd)
}

/** The charges as a CSV file. @param account what `BillingAccountId` is: the kit does not know it */
export function focusCsv(charges: readonly Charge[], account: string): string {
  return (
    csvLine(COLUMNS) +
    charges.map((charge) => csvLine(COLUMNS.map((name) => fieldsOf(charge, account)[name]))).join('')
  )
}

const NAMES: Record<string, string> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  'gcp.gemini': 'Google',
  'gcp.gen_ai': 'Google',
  'gcp.vertex_ai': 'Google Cloud',
  'aws.bedrock': 'Amazon Web Services',
  'azure.ai.openai': 'Microsoft',
  'azure.ai.inference': 'Microsoft',
}

function fieldsOf(
  { day, labels, part, usd, tokens }: Charge,
  account: string,
): Record<(typeof COLUMNS)[number], string | number | null> {
  const provider = labels['gen_ai_provider_name'] ?? 'unknown'
  const name = NAMES[provider] ?? provider
  const model = labels['gen_ai_response_model'] ?? labels['gen_ai_request_model'] ?? 'unknown'
  const meter = METERS[part]?.meter ?? (part === 'server_tools' ? 'Server Tools' : 'Calls as Billed')
  const month = startOf(`${day.slice(0, 7)}-01`)
  const nextMonth = Date.UTC(new Date(month).getUTCFullYear(), new Date(month).getUTCMonth() + 1)
  const quantity = tokens === undefined ? null : Math.max(0, Math.round(tokens))
  const environment = labels['deployment_environment_name'] ?? null
  const tags = Object.fromEntries(
    Object.entries(labels)
      .filter(([label]) => !label.startsWith('gen_ai_'))
      .map(([label, value]) => [TAGS[label] ?? label, value]),
  )
  return {
    BilledCost: usd,
    BillingAccountId: account,
    BillingAccountName: account,
    BillingCurrency: 'USD',
    BillingPeriodEnd: time(nextMonth),
    BillingPeriodStart: time(month),
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeDescription: `${meter} of ${model}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: time(startOf(day) + DAY),
    ChargePeriodStart: time(startOf(day)),
    ConsumedQuantity: quantity,
    ConsumedUnit: quantity === null ? null : 'Tokens',
    ContractedCost: usd,
    EffectiveCost: usd,
    HostProviderName: name,
    InvoiceIssuerName: name,
    ListCost: usd,
    PricingCategory: 'Standard',
    PricingQuantity: quantity,
    PricingUnit: quantity === null ? null : 'Tokens',
    ProviderName: name,
    PublisherName: name,
    ResourceId: model,
    ResourceName: model,
    ResourceType: 'Model',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: `${name} API`,
    ServiceProviderName: name,
    ServiceSubcategory: 'Generative AI',
    SkuId: `${provider}/${model}/${part}`,
    SkuMeter: meter,
    SubAccountId: environment,
    SubAccountName: environment,
    Tags: JSON.stringify(tags),
  }
}

const TAGS: Record<string, string> = {
  deployment_environment_name: 'deployment.environment.name',
  service_namespace: 'service.namespace',
  service_name: 'service.name',
  app_feature: 'app.feature',
  app_endpoint: 'app.endpoint',
}

const time = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
