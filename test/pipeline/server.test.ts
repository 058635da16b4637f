/** The provider by the host that answered, in the real Collector; which host is whose, and what it charges, by the data set. */
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import { PROVIDERS } from '../../collector/price/providers.ts'
import type { Attributes } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let transform: Transform
beforeAll(async () => {
  transform = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => transform.stop())

const USAGE = { input_tokens: 1000, output_tokens: 500 }
const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': USAGE.input_tokens,
  'gen_ai.usage.output_tokens': USAGE.output_tokens,
}

async function normalized(attributes: Attributes): Promise<Attributes> {
  return (await transform.run([{ name: 'call', attributes }])).get('call')!
}

const HOSTS: [host: string, provider: string, model?: string][] = [
  ['api.groq.com', 'groq', 'llama-3.3-70b-versatile'],
  ['openrouter.ai', 'openrouter', 'anthropic/claude-sonnet-4.5'],
  ['api.together.xyz', 'together_ai', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
  ['api.deepseek.com', 'deepseek'],
  ['api.mistral.ai', 'mistral_ai', 'mistral-large-2512'],
  ['api.x.ai', 'x_ai', 'grok-4'],
  ['us-east-1.api.x.ai', 'x_ai', 'grok-4'],
  ['api.fireworks.ai', 'fireworks_ai', 'accounts/fireworks/models/deepseek-v3p2'],
  ['my-company.openai.azure.com', 'azure.ai.openai', 'gpt-4o-2024-08-06'],
  ['my-company.cognitiveservices.azure.com', 'azure.ai.openai', 'gpt-4o-2024-08-06'],
  ['my-company.services.ai.azure.com', 'azure.ai.inference', 'gpt-4o-2024-08-06'],
  ['bedrock-runtime.us-west-2.amazonaws.com', 'aws.bedrock', 'openai.gpt-oss-120b-1:0'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai', 'gemini-2.5-flash'],
  ['us-central1-aiplatform.googleapis.com', 'gcp.vertex_ai', 'gemini-2.5-flash'],
  ['aiplatform.eu.rep.googleapis.com', 'gcp.vertex_ai', 'gemini-2.5-flash'],
  ['generativelanguage.googleapis.com', 'gcp.gemini', 'gemini-2.5-flash'],
  ['api.perplexity.ai', 'perplexity', 'r1-1776'],
  ['api.cohere.ai', 'cohere', 'command-a-03-2025'],
  ['api.moonshot.ai', 'moonshot_ai', 'kimi-k2-0905-preview'],
  ['api.cerebras.ai', 'cerebras', 'gpt-oss-120b'],
  ['api.z.ai', 'zai', 'glm-5.2'],
  ['api.minimax.io', 'minimax', 'MiniMax-M2'],
  ['api.novita.ai', 'novita'],
  ['inference.baseten.co', 'baseten'],
  ['oai.endpoints.kepler.ai.cloud.ovh.net', 'ovhcloud'],
  ['api.voyageai.com', 'voyageai'],
  ['api.githubcopilot.com', 'github_copilot'],
  ['api.arcee.ai', 'arcee'],
  ['api.avian.io', 'avian'],
  ['api.cursor.com', 'cursor'],
  ['api.doubleword.ai', 'doubleword'],
  ['my-company--model.modal.run', 'modal'],
  ['api.quicksilverpro.io', 'quicksilverpro'],
  ['api.typesafe.ai', 'typesafe'],
]

let calls: Map<string, Attributes>
beforeAll(async () => {
  calls = await transform.run(
    HOSTS.map(([host, , model]) => ({
      name: host,
      attributes: {
        ...CALL,
        'gen_ai.provider.name': 'openai',
        'server.address': host,
        'gen_ai.request.model': model,
      },
    })),
  )
})

test.each(HOSTS.map(([host, provider, model]) => ({ host, provider, model })))(
  '$host is $provider',
  ({ host, provider, model }) => {
    // Regional hosts of xAI are newer than the data set's pattern.
    const id = findProvider({ providerApiUrl: `https://${host.replace(/^.+[.]api[.]x/, 'api.x')}/v1` })?.id
    expect(PROVIDERS[id!]).toContain(provider)
    const call = calls.get(host)!
    expect(call).toMatchObject({
      'gen_ai.provider.name': provider,
      'genai.provider.reported': 'openai',
      'server.address': host,
    })
    if (model === undefined) return
    const price = calcPrice(USAGE, model, { providerId: id! })?.total_price
    expect(price).toBeGreaterThan(0)
    expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(price!, 12)
  },
)

test.each([
  ['a gateway', 'llm.my-company.example'],
  ['the simulator', '127.0.0.1'],
  ['OpenAI itself', 'api.openai.com'],
  ['a name that only contains a known one', 'api.groq.com.my-company.example'],
  ['a name that only ends as a known one does', 'notapi.groq.com'],
  ['nothing', ''],
])('%s changes nothing', async (_, host) => {
  const call = await normalized({
    ...CALL,
    'gen_ai.provider.name': 'openai',
    'server.address': host,
    'gen_ai.response.model': 'gpt-5-mini',
  })
  expect(call['gen_ai.provider.name']).toBe('openai')
  expect(call).not.toHaveProperty(['genai.provider.reported'])
  expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(0.00125, 12)
})

test('a host of which no prices are known does not get those of OpenAI', async () => {
  const call = { ...CALL, 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-oss-120b' }
  const [open] = [calcPrice(USAGE, 'gpt-oss-120b', { providerId: 'openai' })]
  expect(open!.total_price).toBeGreaterThan(0)
  const served = await normalized({ ...call, 'server.address': 'api.sambanova.ai' })
  expect(served).toMatchObject({ 'gen_ai.provider.name': 'sambanova', 'genai.provider.reported': 'openai' })
  expect(served).not.toHaveProperty(['gen_ai.usage.cost.amount'])
})

test.each([
  ['api.openai.com', 'openai', 'gpt-5-mini', 0.00125],
  ['api.anthropic.com', 'anthropic', 'claude-sonnet-5', 0.007],
  ['eu.api.openai.com', 'openai', 'gpt-5-mini', 0.00125],
  ['api.groq.com', 'groq', 'llama-3.3-70b-versatile', 0.00059 + 0.000395],
])('a span without a provider gets that of %s', async (host, provider, model, cost) => {
  const call = await normalized({ ...CALL, 'server.address': host, 'gen_ai.request.model': model })
  expect(call['gen_ai.provider.name']).toBe(provider)
  expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(cost, 12)
  expect(call).not.toHaveProperty(['genai.provider.reported'])
})

test("Anthropic's SDK on other clouds", async () => {
  const call = { ...CALL, 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-5' }
  expect(await normalized({ ...call, 'server.address': 'us-east5-aiplatform.googleapis.com' })).toMatchObject(
    { 'gen_ai.provider.name': 'gcp.vertex_ai', 'gen_ai.usage.cost.amount': 0.0077 },
  )
  expect(await normalized({ ...call, 'server.address': 'api.deepseek.com' })).toMatchObject({
    'gen_ai.provider.name': 'deepseek',
  })
})

test('a host with scheme, port and capitals', async () => {
  for (const host of ['https://API.Groq.com/openai/v1', 'api.groq.com:443']) {
    const call = await normalized({ ...CALL, 'gen_ai.system': 'OpenAI', 'server.address': host })
    expect(call['gen_ai.provider.name']).toBe('groq')
  }
})

test('attempts are of the same provider as their call', async () => {
  expect(
    await normalized({
      'genai.attempt.operation': 'chat',
      'gen_ai.provider.name': 'openai',
      'server.address': 'api.groq.com',
    }),
  ).toMatchObject({ 'genai.role': 'attempt', 'gen_ai.provider.name': 'groq' })
})

test('what is no model call keeps its provider', async () => {
  const span = await normalized({ 'gen_ai.provider.name': 'openai', 'server.address': 'api.groq.com' })
  expect(span).toEqual({ 'gen_ai.provider.name': 'openai', 'server.address': 'api.groq.com' })
})
