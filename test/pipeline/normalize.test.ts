/** What the Collector makes of spans of known dialects: names, basis, role; and what it takes out. */
import { readTrace } from '../../scripts/lib/tempo.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import type { Attributes, SpanInput } from '../lib/otlp.ts'
import { Double, newTraceId, sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

async function normalized(span: SpanInput, scope = 'my-tracer') {
  const traceId = newTraceId()
  await sendSpans(pipeline.otlpUrl, { scope, spans: [{ ...span, traceId }] })
  return eventually(async () => {
    const [stored] = await readTrace(pipeline.tempoUrl, traceId)
    if (!stored) throw new Error('not in Tempo yet')
    return stored
  })
}

test.each<[string, string, Attributes, Attributes]>([
  [
    'current conventions',
    'my-tracer',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 80,
      'gen_ai.usage.output_tokens': 5,
    },
    { 'genai.dialect': 'semconv', 'genai.role': 'inference', 'gen_ai.usage.input_tokens': 100 },
  ],
  [
    '1.40: cache_creation',
    'my-tracer',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_creation.input_tokens': 20,
    },
    { 'gen_ai.usage.cache_write.input_tokens': 20, 'gen_ai.usage.cache_creation.input_tokens': 20 },
  ],
  [
    '1.36: gen_ai.system',
    'my-tracer',
    { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'az.ai.openai', 'gen_ai.usage.input_tokens': 7 },
    { 'gen_ai.provider.name': 'azure.ai.openai', 'gen_ai.system': 'az.ai.openai' },
  ],
  [
    '1.26: prompt and completion tokens',
    'my-tracer',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.usage.prompt_tokens': 11,
      'gen_ai.usage.completion_tokens': 3,
    },
    { 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 3 },
  ],
  [
    '1.26 as it was, without an operation',
    'my-tracer',
    {
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.prompt_tokens': 11,
      'gen_ai.usage.completion_tokens': 3,
    },
    { 'genai.role': 'inference', 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 11 },
  ],
  [
    'current names without an operation',
    'my-tracer',
    {
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 3,
    },
    { 'genai.role': 'inference', 'gen_ai.operation.name': 'chat' },
  ],
  [
    'Spring AI: all values are texts',
    'org.springframework.boot',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.usage.input_tokens': '1200',
      'gen_ai.usage.output_tokens': '30',
      'gen_ai.response.finish_reasons': '["STOP"]',
    },
    {
      'genai.dialect': 'spring-ai',
      'gen_ai.usage.input_tokens': 1200,
      'gen_ai.usage.output_tokens': 30,
      'gen_ai.response.finish_reasons': ['STOP'],
      'genai.finish_reason': 'stop',
    },
  ],
  [
    'Spring AI 1.1: a tool',
    'org.springframework.boot',
    {
      'gen_ai.operation.name': 'framework',
      'gen_ai.system': 'spring_ai',
      'spring.ai.kind': 'tool_call',
      'spring.ai.tool.definition.name': 'look_up_order',
    },
    { 'genai.role': 'tool', 'gen_ai.tool.name': 'look_up_order' },
  ],
  [
    'Spring AI: Bedrock’s input is without the cache',
    'org.springframework.boot',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'bedrock_converse',
      'gen_ai.usage.input_tokens': '1200',
      'gen_ai.usage.cache_read.input_tokens': '1000',
      'gen_ai.usage.cache_creation.input_tokens': '100',
    },
    {
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.usage.input_tokens': 2300,
      'gen_ai.usage.cache_write.input_tokens': 100,
    },
  ],
  [
    '.NET: finish reasons as JSON',
    'Experimental.Microsoft.Extensions.AI',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.finish_reasons': '["tool_calls"]',
    },
    { 'genai.finish_reason': 'tool_call' },
  ],
  [
    'OpenInference of LiteLLM: whom to ask is before the model',
    'openinference.instrumentation.litellm',
    {
      'openinference.span.kind': 'LLM',
      'llm.provider': 'openai',
      'llm.model_name': 'openai/gpt-4o',
      'llm.token_count.prompt': 1000,
      'llm.token_count.completion': 100,
    },
    {
      'gen_ai.response.model': 'gpt-4o',
      'llm.model_name': 'openai/gpt-4o',
      // 2.50 and 10 USD per million.
      'gen_ai.usage.cost.amount': 0.0035,
    },
  ],
  [
    'an enumeration of Python',
    'my-tracer',
    {
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.response.finish_reasons': ['FinishReason.MAX_TOKENS'],
    },
    { 'gen_ai.response.finish_reasons': ['FinishReason.MAX_TOKENS'], 'genai.finish_reason': 'length' },
  ],
  [
    'the Anthropic SDK',
    'com.anthropic.sdk.python.aws',
    {
      'gen_ai.operation.name': 'chat',
      'anthropic.message.stop_reason': 'max_tokens',
      'gen_ai.usage.input_tokens': 130,
      'gen_ai.usage.cache_write.input_tokens': 20,
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 20,
    },
    {
      'genai.dialect': 'anthropic-sdk',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.response.finish_reasons': ['max_tokens'],
      'genai.usage.cache_write.1h.input_tokens': 20,
    },
  ],
  [
    'OpenAI in Node',
    '@opentelemetry/instrumentation-openai',
    { 'gen_ai.operation.name': 'embeddings', 'gen_ai.system': 'openai', 'gen_ai.usage.input_tokens': 9 },
    { 'genai.dialect': 'openai-node', 'gen_ai.provider.name': 'openai', 'genai.role': 'inference' },
  ],
  [
    'input without its cache: more was cached than came in',
    'my-tracer',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 100,
      'gen_ai.usage.cache_write.input_tokens': 20,
    },
    { 'gen_ai.usage.input_tokens': 130 },
  ],
  [
    'tokens as text and as doubles',
    'my-tracer',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': '12',
      'gen_ai.usage.output_tokens': new Double(3),
    },
    { 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 3 },
  ],
  ['an agent', 'my-tracer', { 'gen_ai.operation.name': 'invoke_agent' }, { 'genai.role': 'agent' }],
  ['a tool', 'my-tracer', { 'gen_ai.operation.name': 'execute_tool' }, { 'genai.role': 'tool' }],
  [
    'a marked HTTP attempt',
    '@opentelemetry/instrumentation-undici',
    {
      'genai.attempt.operation': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'http.request.method': 'POST',
      // A list, as the conventions have headers.
      'http.response.header.retry-after': ['30'],
    },
    { 'genai.role': 'attempt', 'genai.attempt.retry_after': 30 },
  ],
  [
    'a 429 that must not be sent again: a limit on spend',
    '@opentelemetry/instrumentation-undici',
    {
      'genai.attempt.operation': 'chat',
      'http.response.status_code': 429,
      'http.response.header.x-should-retry': ['false'],
      'error.type': '429',
    },
    { 'genai.role': 'attempt', 'error.type': 'billing_error' },
  ],
  [
    'a 429 that may',
    '@opentelemetry/instrumentation-undici',
    {
      'genai.attempt.operation': 'chat',
      'http.response.status_code': 429,
      'http.response.header.x-should-retry': ['true'],
      'error.type': '429',
    },
    { 'error.type': '429' },
  ],
  [
    'an HTTP attempt known by its host',
    'opentelemetry.instrumentation.httpx',
    {
      'http.request.method': 'POST',
      'server.address': 'api.anthropic.com',
      'url.full': 'https://api.anthropic.com/v1/messages',
    },
    { 'genai.role': 'attempt', 'gen_ai.provider.name': 'anthropic', 'genai.attempt.operation': 'chat' },
  ],
])('%s', async (_, scope, attributes, expected) => {
  expect((await normalized({ attributes }, scope)).attributes).toMatchObject(expected)
})

test.each<[string, Attributes]>([
  ['count_tokens', { 'http.request.method': 'POST', 'gen_ai.provider.name': 'anthropic' }],
  ['a workflow', { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.usage.input_tokens': 500 }],
  ['a fetched response', { 'gen_ai.operation.name': 'fetch_response', 'gen_ai.usage.input_tokens': 500 }],
  ['any other span', { 'http.route': '/chat' }],
])('%s does not count, and has no cost', async (_, attributes) => {
  const stored = await normalized({ attributes })
  expect(stored.attributes).not.toHaveProperty(['genai.role'])
  expect(stored.attributes).not.toHaveProperty(['gen_ai.usage.cost.amount'])
})

test('an error without a type gets the conventions’ fallback', async () => {
  const stored = await normalized({ attributes: { 'gen_ai.operation.name': 'chat' }, status: 'error' })
  expect(stored.attributes).toMatchObject({ 'error.type': '_OTHER' })
})

test.each([
  ['429', 'org.springframework.ai.retry.NonTransientAiException', 'HTTP 429 - {"error":{"type":"requests"}}'],
  ['503', 'java.lang.RuntimeException', 'Response exception, Status: [503 SERVICE_UNAVAILABLE], Body:[{}]'],
  ['503', 'java.util.concurrent.CompletionException', 'com.openai.errors.InternalServerException: 503: Busy'],
  ['java.lang.RuntimeException', 'java.lang.RuntimeException', 'closed'],
])('the status %s of a %s (%s)', async (status, type, message) => {
  const stored = await normalized(
    {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.response.model': 'none',
      },
      status: 'error',
      events: [{ name: 'exception', attributes: { 'exception.type': type, 'exception.message': message } }],
    },
    'org.springframework.boot',
  )
  expect(stored.attributes).toMatchObject({ 'error.type': status })
  expect(stored.attributes).not.toHaveProperty(['gen_ai.response.model'])
})

test('no message content gets through', async () => {
  const canary = 'canary-7f3a'
  const stored = await normalized({
    attributes: {
      'gen_ai.operation.name': 'chat',
      ...Object.fromEntries(
        [
          'gen_ai.input.messages',
          'gen_ai.output.messages',
          'gen_ai.system_instructions',
          'gen_ai.tool.call.arguments',
          'gen_ai.tool.call.result',
          'gen_ai.prompt',
          'gen_ai.prompt.0.content',
          'gen_ai.completion.1.content',
          'traceloop.entity.input',
          'input.value',
          'llm.input_messages.0.message.content',
          'ai.prompt.messages',
          'ai.response.text',
          'langfuse.observation.output',
        ].map((key) => [key, canary]),
      ),
    },
    events: [{ name: 'gen_ai.user.message', attributes: { content: canary } }],
  })
  expect(JSON.stringify(stored)).not.toContain(canary)
  expect(stored.attributes).toMatchObject({ 'gen_ai.operation.name': 'chat' })
})
