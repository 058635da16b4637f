import { parseCsv } from './csv.ts'
import { type Charge, focusCsv } from './focus.ts'

/** Those that FOCUS 1.3 lists as mandatory for Cost and Usage; ProviderName and PublisherName are so until 1.4. */
const MANDATORY =
  `BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory
  ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost HostProviderName InvoiceIssuerName
  ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName ServiceProviderName`.split(
    /\s+/,
  )
/** The only one of them that may be null here, as no row is a correction. */
const NULL = ['ChargeClass']

const charges: Charge[] = [
  {
    day: '2026-12-31',
    labels: {
      service_name: 'chat-api',
      deployment_environment_name: 'production',
      app_feature: 'search, "new"',
      gen_ai_provider_name: 'anthropic',
      gen_ai_request_model: 'claude-haiku-4-5',
      gen_ai_response_model: 'claude-haiku-4-5-20251001',
    },
    part: 'cache_read',
    usd: 0.0000001,
    tokens: 1,
  },
  {
    day: '2026-12-31',
    labels: { gen_ai_provider_name: 'openrouter' },
    part: 'billed',
    usd: 2,
    tokens: undefined,
  },
]

test('a row for each charge, with every mandatory column', () => {
  const rows = parseCsv(focusCsv(charges, 'acme'))
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    expect(MANDATORY.filter((name) => row[name] === undefined)).toEqual([])
    const nullable = row['PricingQuantity'] === '' ? [...NULL, 'PricingQuantity', 'PricingUnit'] : NULL
    expect(MANDATORY.filter((name) => row[name] === '')).toEqual(expect.arrayContaining(NULL))
    expect(MANDATORY.filter((name) => row[name] === '' && !nullable.includes(name))).toEqual([])
  }
  expect(rows[0]).toMatchObject({
    BilledCost: '0.0000001',
    ListCost: '0.0000001',
    BillingAccountId: 'acme',
    BillingPeriodStart: '2026-12-01T00:00:00Z',
    BillingPeriodEnd: '2027-01-01T00:00:00Z',
    ChargePeriodStart: '2026-12-31T00:00:00Z',
    ChargePeriodEnd: '2027-01-01T00:00:00Z',
    ChargeCategory: 'Usage',
    ChargeDescription: 'Cached Input Tokens of claude-haiku-4-5-20251001',
    ConsumedQuantity: '1',
    ConsumedUnit: 'Tokens',
    ServiceProviderName: 'Anthropic',
    ServiceCategory: 'AI and Machine Learning',
    SkuId: 'anthropic/claude-haiku-4-5-20251001/cache_read',
    SubAccountId: 'production',
  })
  expect(JSON.parse(rows[0]!['Tags']!)).toEqual({
    'service.name': 'chat-api',
    'deployment.environment.name': 'production',
    'app.feature': 'search, "new"',
  })
  expect(rows[1]).toMatchObject({
    HostProviderName: 'openrouter',
    SkuMeter: 'Calls as Billed',
    ConsumedQuantity: '',
  })
})
