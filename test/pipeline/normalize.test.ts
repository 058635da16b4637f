/** What the Collector makes of spans of known dialects: names, basis, role; and what it takes out. */
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
    const [stored] = await pipeline.traces.spans(traceId)
    if (!stored) throw new Error('not stored yet')
    return stored
  })
}

test.each<[string, string, Attributes, Attributes, string?]>([
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
    'LiteLLM: Cohere’s chat',
    'litellm',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'cohere_chat',
      'gen_ai.request.model': 'command-r-plus',
      'gen_ai.response.model': 'command-r-plus',
      'litellm.provider.model': 'cohere_chat/command-r-plus',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
    },
    {
      'gen_ai.provider.name': 'cohere',
      'gen_ai.response.model': 'command-r-plus',
      // 2.50 and 10 USD per million.
      'gen_ai.usage.cost.amount': 0.0035,
    },
  ],
  [
    'OpenInference of AutoGen: whose model it is, by its client',
    'openinference.instrumentation.autogen_agentchat',
    {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-4o-2024-08-06',
      'llm.token_count.prompt': 1000,
      'llm.token_count.completion': 100,
    },
    { 'gen_ai.provider.name': 'azure.ai.openai', 'genai.role': 'inference' },
    'AzureOpenAIChatCompletionClient.create',
  ],
  [
    'OpenLLMetry of LlamaIndex: provider and no requested model',
    'opentelemetry.instrumentation.llamaindex',
    {
      'traceloop.span.kind': 'workflow',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic_llm',
      'gen_ai.response.model': 'claude-haiku-4-5-20251001',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
    },
    // 1 and 5 USD per million.
    { 'genai.role': 'inference', 'gen_ai.provider.name': 'anthropic', 'gen_ai.usage.cost.amount': 0.0015 },
    'Anthropic.workflow',
  ],
  [
    'OpenLLMetry of CrewAI: an agent',
    'opentelemetry.instrumentation.crewai.instrumentation',
    { 'gen_ai.operation.name': 'invoke_agent', 'traceloop.span.kind': 'agent', 'gen_ai.agent.name': 'clerk' },
    { 'genai.dialect': 'openllmetry-python', 'genai.role': 'agent', 'gen_ai.agent.name': 'clerk' },
    'clerk.agent',
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
  [
    'a workflow, by the name that it had before 0.1.0',
    'my-tracer',
    { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': 'triage' },
    { 'genai.role': 'workflow', 'gen_ai.agent.name': 'triage' },
  ],
  [
    'a run of LangGraph around its agents',
    'opentelemetry.instrumentation.langchain',
    { 'gen_ai.operation.name': 'invoke_agent', 'traceloop.span.kind': 'workflow' },
    { 'genai.role': 'workflow', 'gen_ai.operation.name': 'invoke_workflow' },
    'LangGraph.workflow',
  ],
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
])('%s', async (_, scope, attributes, expected, name = 'span') => {
  expect((await normalized({ name, attributes }, scope)).attributes).toMatchObject(expected)
})

// A second span of what another one counts.
test.each<[string, string, string, Attributes]>([
  [
    'an embedding of LlamaIndex inside an embedding',
    'openinference.instrumentation.llama_index',
    'OpenAIEmbedding._get_text_embedding',
    { 'openinference.span.kind': 'EMBEDDING' },
  ],
  [
    'a completion of LlamaIndex around a chat of Anthropic',
    'openinference.instrumentation.llama_index',
    'Anthropic.complete',
    { 'openinference.span.kind': 'LLM', 'llm.token_count.prompt': 12 },
  ],
  [
    'a run of OpenAI’s agents around them',
    'openinference.instrumentation.openai_agents',
    'Agent workflow',
    { 'openinference.span.kind': 'AGENT' },
  ],
  [
    'a task of CrewAI around its agent',
    'opentelemetry.instrumentation.crewai.instrumentation',
    'Answer.task',
    { 'gen_ai.operation.name': 'invoke_agent', 'traceloop.span.kind': 'task' },
  ],
])('%s has no role', async (_, scope, name, attributes) => {
  const stored = await normalized({ name, attributes }, scope)
  expect(stored.attributes).toHaveProperty(['genai.dialect'])
  expect(stored.attributes).not.toHaveProperty(['genai.role'])
})

test.each<[string, string, Attributes, Attributes]>([
  [
    'an embedding of LlamaIndex',
    'OpenAIEmbedding.get_text_embedding_batch',
    { 'openinference.span.kind': 'EMBEDDING' },
    { 'gen_ai.operation.name': 'embeddings' },
  ],
  [
    'a completion of LlamaIndex by OpenAI',
    'OpenAI.complete',
    { 'openinference.span.kind': 'LLM' },
    { 'gen_ai.operation.name': 'chat' },
  ],
])('%s counts', async (_, name, attributes, expected) => {
  const stored = await normalized({ name, attributes }, 'openinference.instrumentation.llama_index')
  expect(stored.attributes).toMatchObject({ 'genai.role': 'inference', ...expected })
})

test('what CrewAI’s crews are told and answer is not in their spans, nor in the names of them', async () => {
  const told = 'canary-91bc'
  const attributes = Object.fromEntries(
    [
      'crew_agents',
      'crew_tasks',
      'crew_inputs',
      'formatted_description',
      'formatted_expected_output',
      'crewai.crew.tasks',
      'crewai.crew.agents',
      'crewai.crew.result',
      'crewai.task.description',
      'crewai.task.expected_output',
      'crewai.agent.goal',
      'crewai.agent.backstory',
      // Fields that hold others, as text.
      'crewai.crew.manager_agent',
      'crewai.crew.manager_llm',
      'crewai.crew.execution_logs',
      'crewai.task.context',
      'crewai.task.prompt_context',
      'crewai.task.tools',
      'crewai.agent.crew',
      'crewai.agent.llm',
      'crewai.agent.agent_executor',
    ].map((key) => [key, told]),
  )
  const scope = 'opentelemetry.instrumentation.crewai.instrumentation'
  const operation = { 'gen_ai.operation.name': 'invoke_agent', 'traceloop.span.kind': 'task' }
  const task = await normalized(
    {
      name: `${told}.task`,
      attributes: { ...operation, ...attributes, 'crewai.task.id': '1', 'crewai.task.agent': 'Reader' },
    },
    scope,
  )
  expect(JSON.stringify(task)).not.toContain(told)
  expect(task.name).toBe('crewai.task')
  expect(task.attributes).toMatchObject({ 'crewai.task.id': '1', 'crewai.task.agent': 'Reader' })
})

test('what Spring AI’s clients were told and its tools answer is not in their spans', async () => {
  const told = 'canary-7e02'
  const attributes = Object.fromEntries(
    [
      'spring.ai.chat.client.advisor.params',
      'spring.ai.chat.client.system.params',
      'spring.ai.chat.client.system.text',
      'spring.ai.chat.client.user.params',
      'spring.ai.chat.client.user.text',
      'spring.ai.tool.call.arguments',
      'spring.ai.tool.call.result',
    ].map((key) => [key, told]),
  )
  const stored = await normalized(
    {
      attributes: {
        'gen_ai.operation.name': 'framework',
        ...attributes,
        'spring.ai.tool.definition.name': 'weather',
      },
    },
    'org.springframework.boot',
  )
  expect(JSON.stringify(stored)).not.toContain(told)
  expect(stored.attributes).toMatchObject({ 'gen_ai.tool.name': 'weather' })
})

test.each<[string, Attributes]>([
  ['count_tokens', { 'http.request.method': 'POST', 'gen_ai.provider.name': 'anthropic' }],
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
  [
    '429',
    'java.util.concurrent.ExecutionException',
    'com.google.genai.errors.ClientException: 429 Too Many.',
  ],
  ['429', 'SDKError', 'API error occurred: Status 429. Body: {"message": "rate limited"}'],
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

test.each<[string, Attributes]>([
  ['openinference.instrumentation.openai_agents', { 'openinference.span.kind': 'LLM' }],
  ['opentelemetry.instrumentation.openai_agents', { 'gen_ai.operation.name': 'chat' }],
])('%s: the status of a failed call is in its message', async (scope, attributes) => {
  const stored = await normalized(
    {
      attributes,
      status: 'error',
      statusMessage: "Error getting response: {'error': 'Error code: 429 - Rate limit reached'}",
    },
    scope,
  )
  expect(stored.attributes).toMatchObject({ 'genai.role': 'inference', 'error.type': '429' })
})

test('Semantic Kernel: the status of the error inside its own', async () => {
  const type = 'semantic_kernel.exceptions.service_exceptions.ServiceResponseException'
  const message = `("<class 'x'> service failed to complete the prompt", RateLimitError('Error code: 429 - Slow down.'))`
  const stored = await normalized(
    {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'error.type': `<class '${type}'>`,
      },
      status: 'error',
      events: [{ name: 'exception', attributes: { 'exception.type': type, 'exception.message': message } }],
    },
    'semantic_kernel.utils.telemetry.model_diagnostics.decorators',
  )
  expect(stored.attributes).toMatchObject({ 'genai.dialect': 'semantic-kernel', 'error.type': '429' })
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
