/** HTTP requests of model calls, as instrumentations of HTTP clients report them. */
import type { Attributes } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let collector: Transform
beforeAll(async () => {
  collector = await startNormalizeAndPrice({ GENAI_API_HOSTS: 'llm[.]example[.]com|10[.]0[.]0[.]7' })
}, 120_000)
afterAll(() => collector.stop())

const normalized = async (attributes: Attributes) =>
  (await collector.run([{ name: 'POST', attributes }])).get('POST')!

const elder = (url: string, status: number) => ({
  'http.method': 'POST',
  'http.url': url,
  'http.status_code': status,
})

test.each<[string, Attributes, Attributes]>([
  [
    'httpx of Python, by default',
    elder('https://api.anthropic.com/v1/messages', 529),
    {
      'gen_ai.provider.name': 'anthropic',
      'genai.attempt.operation': 'chat',
      'http.response.status_code': 529,
      'error.type': '529',
    },
  ],
  [
    'answered',
    elder('https://api.openai.com/v1/embeddings', 200),
    {
      'gen_ai.provider.name': 'openai',
      'genai.attempt.operation': 'embeddings',
      'http.response.status_code': 200,
    },
  ],
  [
    'a host and a target',
    {
      'http.method': 'POST',
      'net.peer.name': 'api.openai.com',
      'http.target': '/v1/chat/completions',
      'http.status_code': '429',
    },
    { 'gen_ai.provider.name': 'openai', 'http.response.status_code': 429, 'error.type': '429' },
  ],
  [
    'both names at once (OTEL_SEMCONV_STABILITY_OPT_IN=http/dup)',
    {
      ...elder('https://api.anthropic.com/v1/messages?beta=true', 200),
      'http.request.method': 'POST',
      'url.full': 'https://api.anthropic.com/v1/messages?beta=true',
      'server.address': 'api.anthropic.com',
      'http.response.status_code': 200,
    },
    { 'gen_ai.provider.name': 'anthropic' },
  ],
  [
    'Groq',
    elder('https://api.groq.com/openai/v1/chat/completions', 200),
    { 'gen_ai.provider.name': 'groq', 'genai.attempt.operation': 'chat' },
  ],
  [
    'Azure',
    elder(
      'https://mine.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2026-01-01',
      200,
    ),
    { 'gen_ai.provider.name': 'azure.ai.openai' },
  ],
  [
    'Gemini',
    elder(
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      200,
    ),
    { 'gen_ai.provider.name': 'gcp.gemini', 'genai.attempt.operation': 'chat' },
  ],
  [
    'Bedrock',
    elder('https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v3/converse-stream', 200),
    { 'gen_ai.provider.name': 'aws.bedrock' },
  ],
  [
    'a gateway of one’s own',
    elder('https://llm.example.com/v1/messages', 503),
    { 'gen_ai.provider.name': 'llm.example.com', 'error.type': '503' },
  ],
  [
    'a gateway of one’s own that speaks OpenAI’s API',
    elder('https://llm.example.com:8443/v1/chat/completions', 200),
    { 'gen_ai.provider.name': 'llm.example.com' },
  ],
])('%s is an attempt', async (_, attributes, expected) => {
  expect(await normalized(attributes)).toMatchObject({ 'genai.role': 'attempt', ...expected })
})

test.each<[string, Attributes]>([
  ['count_tokens', elder('https://api.anthropic.com/v1/messages/count_tokens', 200)],
  ['a list of models', { ...elder('https://api.openai.com/v1/models', 200), 'http.method': 'GET' }],
  ['messages of another API', elder('https://chat.example.com/v1/messages', 200)],
  ['a host that only ends like one', elder('https://not-llm.example.com/v1/messages', 200)],
  ['a batch', elder('https://api.anthropic.com/v1/messages/batches', 200)],
  ['a host that only begins like one', elder('https://api.openai.com.example.com/v1/chat/completions', 200)],
])('%s is none', async (_, attributes) => {
  expect(await normalized(attributes)).not.toHaveProperty(['genai.role'])
})

test('what an answered request had is not an error', async () => {
  expect(await normalized(elder('https://api.openai.com/v1/responses', 200))).not.toHaveProperty([
    'error.type',
  ])
})
