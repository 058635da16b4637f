/** The provider by the host that answered, in the real Collector; which host is whose, and what it charges, by the data set. */
import { readFile } from 'node:fs/promises'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import { PROVIDERS } from '../../prices/providers.ts'
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
  ['a proxy in the same network', 'litellm'],
  ['one with a private name', 'llm.my-company.internal'],
  ['one in Kubernetes', 'litellm.ai.svc.cluster.local'],
  ['one with an address', '10.0.12.7'],
  ['one with an address of version 6', '[fd00::7]:4000'],
  ['the simulator', '127.0.0.1'],
  ['OpenAI itself', 'api.openai.com'],
  ['a gateway through which OpenAI bills you', 'gateway.ai.cloudflare.com'],
  ['another', 'oai.helicone.ai'],
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

test.each([
  ['a gateway', 'api.ezai.example'],
  ['with scheme, port and path', 'https://API.ezai.example:8443/v1'],
  ['a name that only contains a known one', 'api.groq.com.ezai.example'],
  ['a name that only ends as a known one does', 'notapi.groq.com'],
])('%s on the internet is its own provider, whose prices nobody knows', async (_, host) => {
  const name = host.replace('https://API', 'api').replace(/:8443.*/, '')
  for (const provider of ['openai', 'anthropic']) {
    const call = await normalized({
      ...CALL,
      'gen_ai.provider.name': provider,
      'server.address': host,
      'gen_ai.response.model': provider === 'openai' ? 'gpt-5-mini' : 'claude-sonnet-5',
    })
    expect(call).toMatchObject({ 'gen_ai.provider.name': name, 'genai.provider.reported': provider })
    expect(call).not.toHaveProperty(['gen_ai.usage.cost.amount'])
  }
})

test('nor has a gateway that a wrapper names', async () => {
  const call = await normalized({
    'ai.provider': 'ezai',
    'ai.model': 'claude-sonnet-5',
    'ai.tokens.input': 1000,
    'ai.tokens.output': 500,
  })
  expect(call).toMatchObject({ 'genai.role': 'inference', 'gen_ai.provider.name': 'ezai' })
  expect(call).not.toHaveProperty(['gen_ai.usage.cost.amount'])
})

describe('a gateway whose prices the overrides name', () => {
  let own: Transform
  beforeAll(async () => {
    const shipped = await readFile(new URL('../../collector/price/overrides.yaml', import.meta.url), 'utf8')
    // As its header says: between the marked lines.
    const edited = between(
      between(shipped, 'yours', '"llm.example.com": {"claude-haiku-4-5": {"input": 2, "output": 4}}'),
      'whose prices hold at your gateways',
      '"llm.example.com": "anthropic", "ezai": "anthropic", "routes.example.com": "openrouter", "typo.example.com": "antrophic"',
    )
    own = await startNormalizeAndPrice({}, { 'price/overrides.yaml': edited })
  }, 120_000)
  afterAll(() => own.stop())

  const claude = (model: string) => calcPrice(USAGE, model, { providerId: 'anthropic' })!.total_price
  const sdk = (host: string, model: string): Attributes => ({
    ...CALL,
    'gen_ai.provider.name': 'anthropic',
    'server.address': host,
    'gen_ai.response.model': model,
  })
  const wrapper: Attributes = {
    'ai.provider': 'ezai',
    'ai.model': 'claude-sonnet-5',
    'ai.tokens.input': USAGE.input_tokens,
    'ai.tokens.output': USAGE.output_tokens,
  }
  test.each([
    ['an SDK', sdk('llm.example.com', 'claude-sonnet-5'), 'llm.example.com', claude('claude-sonnet-5')],
    [
      'an SDK, with a URL',
      sdk('https://LLM.example.com/v1', 'claude-opus-5'),
      'llm.example.com',
      claude('claude-opus-5'),
    ],
    ['a wrapper, by its own name', wrapper, 'ezai', claude('claude-sonnet-5')],
    [
      'an SDK, by a name that needs taking apart',
      { ...sdk('llm.example.com', ''), 'gen_ai.response.model': 'models/claude-sonnet-5' },
      'llm.example.com',
      claude('claude-sonnet-5'),
    ],
    [
      'a batch, at its multiple',
      { ...sdk('llm.example.com', 'claude-sonnet-5'), 'anthropic.response.service_tier': 'batch' },
      'llm.example.com',
      claude('claude-sonnet-5') / 2,
    ],
    ['a free variant', sdk('routes.example.com', 'nobody/knows:free'), 'routes.example.com', 0],
    // By hand, of 1,000 tokens in and 500 out.
    ['a price of its own', sdk('llm.example.com', 'claude-haiku-4-5'), 'llm.example.com', 0.004],
  ])('%s', async (_, attributes: Attributes, provider, right) => {
    const call = (await own.run([{ name: 'call', attributes }])).get('call')!
    expect(call['gen_ai.provider.name']).toBe(provider)
    expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(right, 12)
    expect(call['genai.price.provider']).toBe(provider.startsWith('routes') ? 'openrouter' : 'anthropic')
  })

  test.each([
    ['a gateway without a line', 'api.ezai.example', 'claude-sonnet-5'],
    ['a provider that nobody knows', 'typo.example.com', 'claude-sonnet-5'],
    ['a model that the provider has not', 'llm.example.com', 'gpt-5-mini'],
  ])('unpriced: %s', async (_, host, model) => {
    const call = (await own.run([{ name: 'call', attributes: sdk(host, model) }])).get('call')!
    expect(call['gen_ai.provider.name']).toBe(host)
    expect(call).not.toHaveProperty(['gen_ai.usage.cost.amount'])
  })

  test('the provider itself is as it was', async () => {
    const attributes = sdk('api.anthropic.com', 'claude-haiku-4-5')
    const call = (await own.run([{ name: 'call', attributes }])).get('call')!
    expect(call['gen_ai.usage.cost.amount']).toBeCloseTo(claude('claude-haiku-4-5'), 12)
    expect(call).not.toHaveProperty(['genai.price.provider'])
  })
})

test('a provider by a word that is in no list gets its host’s', async () => {
  const call = { ...CALL, 'gen_ai.provider.name': 'ezai', 'gen_ai.request.model': 'claude-sonnet-5' }
  expect(await normalized({ ...call, 'server.address': 'api.anthropic.com' })).toMatchObject({
    'gen_ai.provider.name': 'anthropic',
    'genai.provider.reported': 'ezai',
    'gen_ai.usage.cost.amount': expect.closeTo(
      calcPrice(USAGE, 'claude-sonnet-5', { providerId: 'anthropic' })!.total_price,
      12,
    ) as number,
  })
  // What is known in no other way keeps its word.
  expect(await normalized({ ...call, 'server.address': 'api.ezai.example' })).toMatchObject({
    'gen_ai.provider.name': 'ezai',
  })
})

test.each([
  ['microsoft.foundry', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['azure.openai', 'azure.ai.openai'],
  ['azureopenai', 'azure.ai.openai'],
  ['AzureOpenAI', 'azure.ai.openai'],
  ['azure_ai_foundry', 'azure.ai.inference'],
  ['Azure AI Foundry', 'azure.ai.inference'],
  ['azure-open-ai', 'azure.ai.openai'],
])('%s is one spelling of %s', async (word, provider) => {
  const call = { ...CALL, 'gen_ai.provider.name': word, 'gen_ai.response.model': 'gpt-5-mini-2025-08-07' }
  const price = calcPrice(USAGE, 'gpt-5-mini-2025-08-07', { providerId: 'azure' })!.total_price
  for (const host of [undefined, 'my-project.services.ai.azure.com']) {
    expect(await normalized({ ...call, 'server.address': host })).toMatchObject({
      'gen_ai.provider.name': provider,
      'gen_ai.usage.cost.amount': expect.closeTo(price, 12) as number,
    })
  }
})

test.each([
  ['Google Vertex AI', 'gcp.vertex_ai'],
  ['vertex-ai', 'gcp.vertex_ai'],
  ['google-ai-studio', 'gcp.gemini'],
  ['Google_GenAI', 'gcp.gemini'],
  ['AWS Bedrock', 'aws.bedrock'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['Mistral-AI', 'mistral_ai'],
  ['x.ai', 'x_ai'],
  ['Open AI', 'openai'],
  ['perplexity-ai', 'perplexity'],
  ['together.ai', 'together_ai'],
  ['gcp.gen_ai', 'gcp.gen_ai'],
  ['ibm.watsonx.ai', 'ibm.watsonx.ai'],
  // In no list.
  ['My-Gateway', 'my-gateway'],
])('%s is called %s', async (word, provider) => {
  expect(await normalized({ ...CALL, 'gen_ai.provider.name': word })).toMatchObject({
    'gen_ai.provider.name': provider,
  })
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

/** Puts lines between two marks of overrides.yaml. */
function between(shipped: string, mark: string, lines: string): string {
  const edited = shipped.replace(
    new RegExp(`(# ▼ ${mark}\\n(?:(?!# ▲)[^])*?Coalesce\\(\\[\\{\\n)`),
    `$1      ${lines}\n`,
  )
  expect(edited).not.toBe(shipped)
  return edited
}
