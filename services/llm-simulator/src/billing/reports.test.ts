/** The reports of usage and costs, by the ledger, as the providers' own SDKs read them. */
import { calcPrice } from '@pydantic/genai-prices'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
beforeEach(() => simulator.state.billing.reset())

const ADMIN = 'sk-ant-admin01-test'
const hello = {
  model: 'claude-haiku-4-5',
  max_tokens: 5,
  messages: [{ role: 'user' as const, content: 'Hello' }],
}
const DAY = 86_400_000
const midnight = (daysAgo: number) => Math.floor(Date.now() / DAY) * DAY - daysAgo * DAY

interface Report {
  data: { starting_at: string; ending_at: string; results: Record<string, unknown>[] }[]
  has_more: boolean
  next_page: string | null
}
const anthropicReport = (path: string, query: Record<string, unknown>, apiKey = ADMIN) =>
  new Anthropic({ baseURL: simulator.url, apiKey, maxRetries: 0 }).get<Report>(`/v1/organizations/${path}`, {
    query,
  })
const openaiAdmin = (adminAPIKey = 'sk-admin-test') =>
  new OpenAI({ baseURL: `${simulator.url}/v1`, adminAPIKey, maxRetries: 0 }).admin.organization.usage

/** A call at noon some days ago, which came another way. */
async function elsewhere(call: Record<string, unknown>, daysAgo = 1) {
  const time = new Date(midnight(daysAgo) + DAY / 2).toISOString()
  const response = await fetch(`${simulator.url}/ledger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ time, ...call }),
  })
  expect(response.status).toBe(201)
}
const claude = (usage: object) => ({ provider: 'anthropic', model: 'claude-haiku-4-5-20251001', usage })
const gpt = (usage: object) => ({ provider: 'openai', model: 'gpt-5-mini-2025-08-07', usage })

describe('Anthropic', () => {
  const since = new Date(midnight(0)).toISOString()
  const yesterday = { starting_at: new Date(midnight(1)).toISOString(), group_by: ['description'] }

  test('usage is what the answers said, by key and model', async () => {
    const first = await simulator.anthropic().messages.create(hello)
    await simulator.anthropic().messages.create(hello)
    await simulator.anthropic({ apiKey: 'key-b' }).messages.create({ ...hello, model: 'claude-opus-4-8' })
    const { data, has_more } = await anthropicReport('usage_report/messages', {
      starting_at: since,
      group_by: ['model', 'api_key_id', 'service_tier', 'context_window'],
    })
    const results = data.at(-1)!.results
    expect(has_more).toBe(false)
    expect(results).toHaveLength(2)
    expect(results[0]).toMatchObject({
      model: 'claude-haiku-4-5-20251001',
      uncached_input_tokens: 2 * first.usage.input_tokens,
      output_tokens: 2 * first.usage.output_tokens,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
      server_tool_use: { web_search_requests: 0 },
      service_tier: 'standard',
      context_window: '0-200k',
      workspace_id: null,
    })
    expect(results[0]!['api_key_id']).toMatch(/^apikey_/)
    expect(results[0]!['api_key_id']).not.toBe(results[1]!['api_key_id'])
  })

  test('costs are cents by kind of token, as the data set prices them', async () => {
    const usage = {
      input_tokens: 1000,
      cache_read_input_tokens: 2000,
      cache_creation_input_tokens: 500,
      cache_creation: { ephemeral_1h_input_tokens: 200 },
      output_tokens: 300,
    }
    await elsewhere(claude(usage))
    const { data } = await anthropicReport('cost_report', yesterday)
    const amounts = Object.fromEntries(
      data[0]!.results.map((row) => [row['token_type'] as string, row['amount'] as string]),
    )
    // Haiku 4.5: 1, 0.1, 1.25, 2 and 5 USD a million.
    expect(amounts).toEqual({
      uncached_input_tokens: '0.1',
      cache_read_input_tokens: '0.02',
      'cache_creation.ephemeral_5m_input_tokens': '0.0375',
      'cache_creation.ephemeral_1h_input_tokens': '0.04',
      output_tokens: '0.15',
    })
    const whole = calcPrice(
      {
        input_tokens: 3500,
        cache_read_tokens: 2000,
        cache_write_tokens: 500,
        cache_write_1h_tokens: 200,
        output_tokens: 300,
      },
      'claude-haiku-4-5-20251001',
      { providerId: 'anthropic' },
    )!.total_price
    const total = Object.values(amounts).reduce((sum, amount) => sum + Number(amount), 0)
    expect(total / 100).toBeCloseTo(whole, 12)
  })

  test('a batch costs half; the priority tier is in no cost report', async () => {
    await elsewhere({ ...claude({ input_tokens: 1000, output_tokens: 0 }), batch: true })
    await elsewhere(claude({ input_tokens: 1000, output_tokens: 0, service_tier: 'priority' }))
    const { data } = await anthropicReport('cost_report', yesterday)
    expect(data[0]!.results).toMatchObject([{ amount: '0.05', service_tier: 'batch' }])
  })

  test('pages: a bucket each day, also where nothing happened, and a token for what comes next', async () => {
    for (const daysAgo of [9, 8, 3])
      await elsewhere(claude({ input_tokens: daysAgo, output_tokens: 1 }), daysAgo)
    const query = {
      starting_at: new Date(midnight(9)).toISOString(),
      ending_at: new Date(midnight(0)).toISOString(),
      group_by: ['model'],
    }
    const first = await anthropicReport('usage_report/messages', query)
    expect(first.data).toHaveLength(7)
    expect(first).toMatchObject({ has_more: true, next_page: expect.stringMatching(/^page_/) as string })
    const second = await anthropicReport('usage_report/messages', { ...query, page: first.next_page })
    expect(second).toMatchObject({ has_more: false, next_page: null })
    const inputs = [...first.data, ...second.data].map(
      ({ results }) => results[0]?.['uncached_input_tokens'] ?? 0,
    )
    expect(inputs).toEqual([9, 8, 0, 0, 0, 0, 3, 0, 0])
    const hours = await anthropicReport('usage_report/messages', { ...query, bucket_width: '1h', limit: 24 })
    expect(hours.data.map(({ results }) => results.length).indexOf(1)).toBe(12)
  })

  test('delays, days that begin elsewhere, another price', async () => {
    await elsewhere(claude({ input_tokens: 1000, output_tokens: 0 }), 1)
    simulator.state.billing.patch({ day_begins_hours: 13, price_factors: { 'claude-haiku': 2 } })
    const query = { starting_at: new Date(midnight(2)).toISOString(), group_by: ['description'] }
    const { data } = await anthropicReport('cost_report', query)
    // Noon of yesterday is before 13:00: still the day before.
    expect(data.map(({ results }) => results.map(({ amount }) => amount))).toEqual([['0.2'], [], []])
    simulator.state.billing.patch({ delay_seconds: 3 * 86_400 })
    const late = await anthropicReport('cost_report', query)
    expect(late.data.flatMap(({ results }) => results)).toEqual([])
  })

  test('what it refuses', async () => {
    const query = { starting_at: since }
    await expect(anthropicReport('cost_report', query, 'sk-ant-api03-x')).rejects.toMatchObject({
      status: 401,
    })
    await expect(anthropicReport('cost_report', {})).rejects.toMatchObject({ status: 400 })
    await expect(anthropicReport('cost_report', { ...query, limit: 32 })).rejects.toMatchObject({
      status: 400,
    })
    simulator.state.faults.add({
      match: { path: '/v1/organizations/cost_report' },
      status: 429,
      retry_after: 7,
      delay_seconds: 0,
      times: 1,
    })
    const response = await fetch(`${simulator.url}/v1/organizations/cost_report?starting_at=${since}`, {
      headers: { 'x-api-key': ADMIN, 'anthropic-version': '2023-06-01' },
    })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
    await expect(anthropicReport('cost_report', query)).resolves.toMatchObject({ has_more: false })
  })
})

describe('OpenAI', () => {
  const start_time = midnight(0) / 1000

  test('completions, embeddings and line items', async () => {
    const chat = await simulator
      .openai()
      .chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
    const embedding = await simulator
      .openai()
      .embeddings.create({ model: 'text-embedding-3-small', input: 'one two' })
    const completions = await openaiAdmin().completions({
      start_time,
      group_by: ['model', 'api_key_id', 'batch'],
    })
    expect(completions.data.at(-1)!.results).toMatchObject([
      {
        object: 'organization.usage.completions.result',
        model: 'gpt-5-mini-2025-08-07',
        input_tokens: chat.usage!.prompt_tokens,
        output_tokens: chat.usage!.completion_tokens,
        num_model_requests: 1,
        batch: false,
        api_key_id: expect.stringMatching(/^key_/) as string,
      },
    ])
    const embeddings = await openaiAdmin().embeddings({ start_time, group_by: ['model'] })
    expect(embeddings.data.at(-1)!.results).toMatchObject([
      { model: 'text-embedding-3-small', input_tokens: embedding.usage.prompt_tokens, num_model_requests: 1 },
    ])
    const { data } = await openaiAdmin().costs({ start_time, group_by: ['line_item'] })
    const price = (usage: Parameters<typeof calcPrice>[0], model: string) =>
      calcPrice(usage, model, { providerId: 'openai' })!.total_price
    const items = data.at(-1)!
      .results as OpenAI.Admin.Organization.UsageCostsResponse.Data.OrganizationCostsResult[]
    expect(items.map(({ line_item }) => line_item)).toEqual([
      'gpt-5-mini-2025-08-07, input',
      'gpt-5-mini-2025-08-07, output',
      'text-embedding-3-small, input',
    ])
    expect(items.reduce((sum, { amount }) => sum + amount!.value!, 0)).toBeCloseTo(
      price(
        { input_tokens: chat.usage!.prompt_tokens, output_tokens: chat.usage!.completion_tokens },
        'gpt-5-mini-2025-08-07',
      ) + price({ input_tokens: embedding.usage.prompt_tokens }, 'text-embedding-3-small'),
      12,
    )
  })

  test('cached input, a batch, pages', async () => {
    const usage = {
      prompt_tokens: 1000,
      prompt_tokens_details: { cached_tokens: 400 },
      completion_tokens: 100,
    }
    await elsewhere({ ...gpt(usage), batch: true }, 3)
    await elsewhere(gpt(usage), 1)
    const query = { start_time: midnight(3) / 1000, end_time: midnight(0) / 1000, limit: 2 }
    const first = await openaiAdmin().completions({ ...query, group_by: ['batch'] })
    expect(first.has_more).toBe(true)
    const second = await openaiAdmin().completions({ ...query, group_by: ['batch'], page: first.next_page! })
    expect(second).toMatchObject({ has_more: false, next_page: null })
    expect([...first.data, ...second.data].map(({ results }) => results)).toMatchObject([
      [{ batch: true, input_cached_tokens: 400, input_uncached_tokens: 600, input_tokens: 1000 }],
      [],
      [{ batch: false, output_tokens: 100 }],
    ])
    const { data } = await openaiAdmin().costs({ start_time: query.start_time, group_by: ['line_item'] })
    const items = data[0]!
      .results as OpenAI.Admin.Organization.UsageCostsResponse.Data.OrganizationCostsResult[]
    // 0.25, 0.025 and 2 USD a million, and half of it.
    expect(items.map(({ line_item, amount }) => [line_item, Number(amount!.value!.toFixed(12))])).toEqual([
      ['batch | gpt-5-mini-2025-08-07, input', 0.000075],
      ['batch | gpt-5-mini-2025-08-07, cached input', 0.000005],
      ['batch | gpt-5-mini-2025-08-07, output', 0.0001],
    ])
  })

  test('what it refuses', async () => {
    await expect(openaiAdmin('sk-proj-x').costs({ start_time })).rejects.toMatchObject({ status: 403 })
    simulator.state.faults.add({ match: {}, status: 503, delay_seconds: 0, times: 1 })
    await expect(openaiAdmin().costs({ start_time })).rejects.toMatchObject({ status: 503 })
    await expect(openaiAdmin().costs({ start_time, limit: 181 })).rejects.toMatchObject({ status: 400 })
  })
})

test('reports are no calls, and the settings can be seen and taken back', async () => {
  await anthropicReport('cost_report', { starting_at: new Date(midnight(0)).toISOString() })
  expect(await simulator.ledger()).toEqual([])
  const settings = async (method: string, body?: object) =>
    (
      await fetch(`${simulator.url}/billing`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    ).json()
  expect(await settings('PATCH', { delay_seconds: 5 })).toMatchObject({
    delay_seconds: 5,
    day_begins_hours: 0,
  })
  expect(await settings('GET')).toMatchObject({ delay_seconds: 5 })
  expect(await settings('DELETE')).toMatchObject({ delay_seconds: 0 })
})
