import { readFixtures, asNow } from '../dialects/fixture.ts'
import type { Attributes, Batch, SpanInput, Value } from '../lib/otlp.ts'
import { newTraceId } from '../lib/otlp.ts'

let made = 0
const placed = new Map<string, string>()

/** A text that is nowhere else; `place` says where it was put. */
export function canary(place: string): string {
  if (++made > 99_999) throw new Error('CANARY finds those of five digits only')
  const text = `zqcanary${String(made).padStart(5, '0')}q`
  placed.set(text, place)
  return text
}

/** Finds every canary in a text. */
export const CANARY = /zqcanary\d{5}q/g

/** Those that are so far behind in their value that it is cut before them. */
export const behindTheCut = new Set<string>()

/** All canaries so far with their places. */
export const canaries = (): ReadonlyMap<string, string> => placed

/**
 * What was said to the models, and what they and the tools answered, when the fixtures were recorded. It tells content by
 * its text, whatever the key, and so does not depend on anybody's list of keys.
 */
const SAID = [
  'Where is my parcel?',
  'What is the status of order A-1001?',
  'a support agent answers in one sentence',
  'Answer shortly and politely',
  'the you old out and one',
  'A-1001',
  '"4711"',
  'shipped',
  'where is it',
]

interface AnyValue {
  stringValue?: string
  arrayValue?: { values?: AnyValue[] }
  kvlistValue?: { values?: KeyValue[] }
}

/**
 * The recorded spans of every dialect, with a canary beside each text that was said: one request and one trace for each
 * dialect, so that they are stored and found quickly.
 */
export function fixturesWithCanaries() {
  const dialects = Map.groupBy(readFixtures(), ({ name }) => name.split('/')[0]!)
  return [...dialects].map(([name, fixtures]) => {
    const traceId = newTraceId()
    const resourceSpans = fixtures.flatMap((fixture) => {
      const { otlp } = asNow(fixture)
      for (const { resource, scopeSpans } of otlp.resourceSpans) {
        putInAll(fixture.name, resource?.attributes)
        for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
          span.traceId = traceId
          putInAll(fixture.name, span.attributes)
          const events = (span.events ?? []) as { attributes?: KeyValue[] }[]
          for (const event of events) putInAll(fixture.name, event.attributes)
        }
      }
      return otlp.resourceSpans
    })
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)).length
    return { name, traceId, spans, otlp: { resourceSpans } }
  })
}

interface KeyValue {
  key: string
  value: AnyValue
}

function putInAll(fixture: string, attributes: KeyValue[] = []): void {
  for (const { key, value } of attributes) {
    // What the API answered as an error is no content, and has one of the texts in it here and there.
    if (!/^(?:error|exception)\./.test(key)) put(`${fixture}: ${key}`, value)
  }
}

function put(place: string, value: AnyValue): void {
  if (value.stringValue !== undefined) {
    for (const text of SAID) {
      if (!value.stringValue.includes(text)) continue
      const bird = canary(place)
      // Inside of the quotes of JSON.
      value.stringValue = value.stringValue.replaceAll(
        text,
        text.startsWith('"') ? `"${bird} ${text.slice(1)}` : `${bird} ${text}`,
      )
      if (Buffer.byteLength(value.stringValue.split(bird)[0]!) > 1500) behindTheCut.add(bird)
    }
  }
  for (const inner of value.arrayValue?.values ?? []) put(place, inner)
  for (const { value: inner } of value.kvlistValue?.values ?? []) put(place, inner)
}

/** Content keys as the conventions and the libraries document them, for what the fixtures do not have. */
const KEYS = [
  'gen_ai.input.messages',
  'gen_ai.input.text',
  'gen_ai.output.messages',
  'gen_ai.output.value',
  'gen_ai.system_instructions',
  'gen_ai.system_instructions.text',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.prompt',
  'gen_ai.prompt.0.content',
  'gen_ai.prompt.11.content',
  'gen_ai.completion',
  'gen_ai.completion.0.content',
  'gen_ai.completion.0.tool_calls.0.arguments',
  'gen_ai.prompt.variable.name',
  'gen_ai.retrieval.query.text',
  'gen_ai.retrieval.documents',
  'gen_ai.memory.content',
  'gen_ai.memory.query',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'input.value',
  'output.value',
  'llm.input_messages.0.message.content',
  'llm.output_messages.3.message.contents.0.message_content.text',
  'llm.prompts',
  'llm.prompts.0.content',
  'llm.invocation_parameters',
  'llm.prompt_template.variables',
  'llm.completions.0.content',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'ai.response.reasoning',
  'ai.response.files',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.result.text',
  'ai.value',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'anthropic.tool_result.content',
  'gcp.vertex.agent.llm_request',
  'gcp.vertex.agent.llm_response',
  'gcp.vertex.agent.tool_call_args',
  'gcp.vertex.agent.tool_response',
  'gen_ai.request.messages',
  'gen_ai.response.text',
  'gen_ai.response.tool_calls',
  'gen_ai.tool.input',
  'gen_ai.tool.output',
  'tool_arguments',
  'tool_response',
  'all_messages_events',
  'user_prompt',
  'retrieval.documents.0.document.content',
  'embedding.embeddings.0.embedding.text',
  'reranker.query',
  'tool.parameters',
  'mlflow.spanInputs',
  'mlflow.spanOutputs',
  'haystack.component.input',
  'braintrust.input_json',
  'gen_ai.agent.goal',
  'hidden_params',
  'langsmith.metadata.ls_invocation_params',
  'crew_agents',
  'crewai.crew.agents',
  'crewai.agent.goal',
  'crewai.task.description',
  'formatted_description',
  'spring.ai.chat.client.user.text',
  'spring.ai.tool.call.result',
  'bash_command',
  // LiveKit: telemetry/trace_types.py of 1.8.9, and the names of 1.3
  'lk.pii.user_input',
  'lk.pii.instructions',
  'lk.pii.chat_ctx',
  'lk.pii.response.text',
  'lk.pii.response.function_calls',
  'lk.pii.function_tool.arguments',
  'lk.pii.function_tool.output',
  'lk.pii.input_text',
  'lk.pii.user_transcript',
  'lk.pii.rpc.payload',
  'lk.pii.keyterms',
  'lk.user_input',
  'lk.instructions',
  'lk.chat_ctx',
  'lk.response.text',
  'lk.response.function_calls',
  'lk.function_tool.arguments',
  'lk.function_tool.output',
  'lk.input_text',
  'lk.user_transcript',
  'gen_ai.memory.query.text',
  'gen_ai.memory.records',
  // Pipecat: utils/tracing of 1.14.0 and of 0.0.95
  'input',
  'output',
  'text',
  'text_output',
  'tools',
  'tools_serialized',
  'tools.definitions',
  'context_messages',
  'settings.system_instruction',
  'settings.prompt',
  'session.instructions',
  'tool.result',
  // Cloudflare AI Gateway; Quarkus has the names of the conventions before 1.27
  'gen_ai.prompt_json',
  'gen_ai.completion_json',
  // GitHub Copilot: genAiAttributes.ts of VS Code, and the CLI's reference
  'github.copilot.message',
  'github.copilot.tool.parameters.command',
  'github.copilot.tool.parameters.file_path',
  'copilot_chat.user_request',
  'copilot_chat.prompt_context',
  'copilot_chat.prompt_instructions',
  'copilot_chat.reasoning_content',
  'copilot_chat.markdown_content',
  'copilot_chat.hook_input',
  'copilot_chat.hook_output',
  // Azure AI Foundry
  'gen_ai.event.content',
  'gen_ai.request.tools',
]
/** Keys of nobody that we know. */
const UNKNOWN_KEYS = [
  'prompt',
  'my.prompt',
  'acme.llm.user_prompt',
  'system_prompt',
  'llm_prompt_text',
  'completion',
  'acme.completion',
  'acme.completion.text',
  'messages',
  'acme.messages',
  'messages.0.text',
  'bot.question',
  'bot.answer',
  'chain.input',
  'chain.output',
  'agent_input',
  'agent_output',
  'tool.arguments',
  'function_arguments',
  'acme.tool_result',
  'conversation_history',
  'chat.history.chat_history',
  'instructions',
  'response_text',
  'request_body',
  'http.request.body',
  'http.response.body',
  'acme.content',
  'page_content',
  'transcript',
  'assistant_message',
  'acme.user_message',
  'acme.message.text',
  'acme.input_text',
  'acme.toolCalls',
]
/** Events of conventions before 1.37 and of libraries, with what they carry. */
const EVENTS: [string, string][] = [
  ['gen_ai.content.prompt', 'gen_ai.prompt'],
  ['gen_ai.content.completion', 'gen_ai.completion'],
  ['gen_ai.system.message', 'content'],
  ['gen_ai.user.message', 'content'],
  ['gen_ai.assistant.message', 'tool_calls'],
  ['gen_ai.tool.message', 'content'],
  ['gen_ai.choice', 'message'],
  ['gen_ai.choice', 'tool.result'],
  ['gen_ai.client.inference.operation.details', 'gen_ai.input.messages'],
  ['gen_ai.evaluation.result', 'gen_ai.evaluation.explanation'],
  // Azure AI Foundry, Copilot
  ['gen_ai.user.message', 'gen_ai.event.content'],
  ['gen_ai.input.messages', 'gen_ai.event.content'],
  ['gen_ai.conversation.item', 'gen_ai.event.content'],
  ['user_message', 'content'],
  ['github.copilot.session.compaction_complete', 'github.copilot.message'],
  ['acme.model.answered', 'answer'],
  ['log', 'message'],
]

/** Scopes, marks and names by which each dialect is recognised, and two that none is. */
const DIALECTS: [scope: string, marks: Attributes, name?: string][] = [
  ['com.anthropic.sdk.typescript', { 'gen_ai.operation.name': 'chat' }],
  ['com.anthropic.claude-platform', { 'gen_ai.operation.name': 'chat' }],
  ['com.anthropic.claude_code.tracing', { 'span.type': 'llm_request' }],
  ['@opentelemetry/instrumentation-openai', { 'gen_ai.operation.name': 'chat' }],
  ['ai', { 'ai.operationId': 'ai.generateText.doGenerate' }],
  ['gen_ai', { 'gen_ai.operation.name': 'chat' }],
  ['@arizeai/openinference-instrumentation-anthropic', { 'openinference.span.kind': 'LLM' }],
  ['@traceloop/instrumentation-anthropic', { 'gen_ai.operation.name': 'chat' }],
  ['opentelemetry.instrumentation.anthropic', { 'gen_ai.system': 'Anthropic' }],
  ['traceloop.tracer', { 'traceloop.span.kind': 'workflow' }],
  ['pydantic-ai', { 'gen_ai.operation.name': 'chat' }],
  ['langsmith', { 'langsmith.span.kind': 'llm' }],
  ['litellm', { 'gen_ai.operation.name': 'chat' }],
  ['langfuse-sdk', { 'langfuse.observation.type': 'generation' }],
  ['openlit.instrumentation.anthropic', { 'gen_ai.operation.name': 'chat' }],
  ['@openlit/instrumentation-anthropic', { 'gen_ai.operation.name': 'chat' }],
  ['strands.telemetry.tracer', { 'gen_ai.operation.name': 'chat' }],
  ['agent_framework', { 'gen_ai.operation.name': 'chat' }],
  ['gcp.vertex.agent', { 'gen_ai.operation.name': 'generate_content' }],
  ['@sentry/node', { 'sentry.op': 'gen_ai.chat', 'gen_ai.operation.name': 'chat' }],
  ['my-app', { 'ai.model': 'claude-sonnet-5', 'ai.provider': 'anthropic' }],
  ['my-app', { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude-sonnet-5' }],
  ['acme.chatbot', { 'acme.model': 'claude-sonnet-5' }],
  ['@opentelemetry/instrumentation-http', { 'http.request.method': 'POST' }],
  ['livekit-agents', { 'gen_ai.operation.name': 'chat' }, 'llm_request'],
  ['livekit-agents', {}, 'agent_turn'],
  ['pipecat', { 'gen_ai.operation.name': 'chat' }, 'llm'],
  ['pipecat', { 'gen_ai.operation.name': 'stt' }, 'stt'],
  ['io.quarkus.opentelemetry', { 'gen_ai.request.model': 'gpt-4o-mini' }, 'completion gpt-4o-mini'],
  ['io.quarkus.opentelemetry', {}, 'langchain4j.tools.lookUpOrder'],
  ['ai-gateway', { 'gen_ai.model.provider': 'openai', 'gen_ai.request.model': 'gpt-4o-mini' }],
  ['gemini-cli', { 'gen_ai.operation.name': 'llm_call' }, 'llm_call'],
  ['codex_exec', { 'gen_ai.usage.output_tokens': 1 }, 'handle_responses'],
  ['org.springframework.boot', { 'gen_ai.operation.name': 'chat', 'spring.ai.kind': 'chat' }],
  ['org.springframework.boot', { 'gen_ai.operation.name': 'chat', outcome: 'SUCCESS' }],
  ['Microsoft.SemanticKernel.Diagnostics', { 'gen_ai.operation.name': 'chat.completions' }],
  ['github.copilot', { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'github' }],
  ['copilot-chat', { 'gen_ai.operation.name': 'execute_hook' }, 'execute_hook PreToolUse'],
  ['OpenTelemetry::Instrumentation::RubyLLM', { 'gen_ai.operation.name': 'chat' }],
  [
    'azure.core.tracing.ext.opentelemetry_span',
    { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'microsoft.foundry' },
  ],
]

/** Every content key and event in every dialect, whether or not that library would use it: as text, list and map. */
export function everyKeyInEveryDialect(): { traceId: string; batch: Batch }[] {
  return DIALECTS.map(([scope, marks, name = 'chat'], i) => {
    const traceId = newTraceId()
    const of = (key: string) => canary(`${scope} ${name}: ${key}`)
    const shapes: ((key: string) => Value)[] = [
      (key) => `Tell me of ${of(key)}\nand more`,
      (key) => [of(key), 'x'],
      (key) => ({ role: 'user', parts: [{ content: of(key) }] }),
    ]
    const spans = shapes.map((shape): SpanInput => ({
      name,
      traceId,
      attributes: {
        ...Object.fromEntries([...KEYS, ...UNKNOWN_KEYS].map((key) => [key, shape(key)])),
        ...marks,
      },
      events: EVENTS.map(([name, key]) => ({ name, attributes: { [key]: shape(`${name}/${key}`) } })),
    }))
    const batch = {
      service: `every key ${i}`,
      scope,
      resource: { 'acme.prompt': of('resource') },
      scopeAttributes: { 'acme.prompt': of('scope') },
      spans,
    }
    return { traceId, batch }
  })
}

/** Spans whose values some statement of normalize/ cannot read, which the Collector logs. */
export function unreadable(): Batch[] {
  const bad = (scope: string, attributes: Attributes): Batch => ({
    service: 'unreadable',
    scope,
    spans: [{ name: 'chat', attributes }],
  })
  const of = (key: string) => canary(`unreadable: ${key}`)
  return [
    bad('my-app', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': of('input_tokens'),
      'gen_ai.usage.output_tokens': [of('output_tokens')],
    }),
    bad('ai', {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.response.providerMetadata': `{"anthropic": ${of('providerMetadata')}}`,
    }),
    bad('langfuse-sdk', {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': `{"input": ${of('usage_details')}`,
      'langfuse.observation.completion_start_time': of('completion_start_time'),
    }),
    bad('langsmith', {
      'langsmith.span.kind': 'llm',
      'gen_ai.usage.input_token_details': of('input_token_details'),
      'langsmith.usage_metadata': of('usage_metadata'),
    }),
    bad('agent_framework', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.finish_reasons': `["${of('finish_reasons')}`,
    }),
    bad('strands.telemetry.tracer', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.server.time_to_first_token': of('time_to_first_token'),
    }),
  ]
}
