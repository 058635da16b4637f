/**
 * Writes the fixtures of what cannot be recorded here: `node hand-made.ts`. The attributes are those of the sources
 * named with each; the numbers are chosen.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Truth } from '../truth.ts'

type Value = string | number | boolean | string[] | { double: number }

interface Span {
  name: string
  scope: string
  kind?: 'internal' | 'server' | 'client'
  error?: boolean
  /** The place in the list of its parent. */
  parent?: number
  service?: string
  /** Milliseconds. */
  start?: number
  duration?: number
  attributes: Record<string, Value>
}

interface HandMade {
  library: string
  /** `node` where it is absent. */
  language?: string
  why: string
  unsaid?: string[]
  truth: Truth[]
  spans: Span[]
}

const KINDS = { internal: 1, server: 2, client: 3 }
const claude = 'claude-sonnet-5'

const truth = (call: Partial<Truth>): Truth => ({
  provider: 'anthropic',
  operation: 'chat',
  request_model: claude,
  model: claude,
  input: 0,
  cache_read: 0,
  cache_write: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: 0,
  stream: false,
  error_type: null,
  stop_reason: null,
  ...call,
})
const failed = truth({ model: null, error_type: 'overloaded_error' })
const answered = truth({ input: 12, output: 40, stop_reason: 'end_turn' })
const cached = truth({ input: 1246, cache_read: 1000, cache_write: 234, output: 40, stop_reason: 'end_turn' })
const streamed = { ...cached, stream: true }

/* Claude API: https://platform.claude.com/docs/en/api/opentelemetry/spans */

const ofAnthropic = {
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': claude,
  'gen_ai.response.model': claude,
  'gen_ai.response.id': 'msg_01',
  'gen_ai.usage.input_tokens': 1246,
  'gen_ai.usage.cache_read.input_tokens': 1000,
  'gen_ai.usage.cache_write.input_tokens': 234,
  'gen_ai.usage.output_tokens': 40,
  'anthropic.message.stop_reason': 'end_turn',
  'http.response.status_code': 200,
}
const apiServer: Span = {
  name: 'anthropic.messages.create',
  scope: 'com.anthropic.claude-platform',
  service: 'claude-platform',
  kind: 'server',
  start: 20,
  duration: 560,
  attributes: ofAnthropic,
}
const claudeApi = {
  library: 'Claude API, server spans (2026-10)',
  why: 'only the real API sends them, to a destination set in its console',
}

/* Claude Code: dialects.md §2.6, of 2.1.195 to 2.1.266 */

const claudeCode = {
  library: '@anthropic-ai/claude-code@2.1.266',
  why: 'an older version, whose attributes are those of a live sample; the current one is recorded',
  unsaid: ['model', 'cache_write_1h', 'error_type'],
}
const llmRequest = {
  'span.type': 'llm_request',
  model: claude,
  'gen_ai.system': 'anthropic',
  'gen_ai.request.model': claude,
  'llm_request.context': 'interaction',
  duration_ms: 600,
  attempt: 1,
}
const inClaudeCode = {
  scope: 'com.anthropic.claude_code.tracing',
  service: 'claude-code',
  kind: 'internal' as const,
}

/* Sentry: @sentry/core 10.78.0, tracing/anthropic-ai */

const sentry = {
  library: '@sentry/node@10.78.0',
  why: 'names of version 9, and count_tokens, which the simulator does not have; attributes from its source',
  unsaid: ['ttft', 'cache_write_1h', 'error_type', 'finish_reason'],
}
const inSentry = {
  'gen_ai.system': 'anthropic',
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': claude,
  'gen_ai.request.max_tokens': 2000,
  'sentry.op': 'gen_ai.chat',
  'sentry.origin': 'auto.ai.anthropic',
}
const sentryAnswer = {
  'gen_ai.response.id': 'msg_01',
  'gen_ai.response.model': claude,
  'gen_ai.usage.input_tokens': 1246,
  'gen_ai.usage.output_tokens': 40,
  'gen_ai.usage.total_tokens': 1286,
}

/* What people copy from blogs. */

const byHand = { library: 'written by hand', why: 'there is no library: names that blogs and examples use' }
const chatSpan = { name: 'llm.chat', scope: 'my-app', kind: 'client' as const }

/* Cloudflare AI Gateway: developers.cloudflare.com/ai-gateway/observability/otel-integration */

const cloudflare = {
  library: 'Cloudflare AI Gateway (2026-11)',
  language: 'hosted',
  why: 'only the real gateway sends them; attributes from its documentation',
  unsaid: ['model', 'reasoning', 'ttft', 'finish_reason'],
}
const inCloudflare = { name: 'chat', scope: 'ai-gateway', service: 'ai-gateway', kind: 'client' as const }

const gemini = (call: Partial<Truth>): Truth =>
  truth({ provider: 'gcp.gemini', request_model: 'gemini-2.5-flash', model: 'gemini-2.5-flash', ...call })

/* Quarkus: quarkiverse/quarkus-langchain4j#2453 */

const quarkus = {
  library: 'quarkus-langchain4j@1.8',
  language: 'java',
  why: 'a release from before it named operation and provider, after the report of it',
  unsaid: ['cached', 'reasoning', 'ttft'],
}
const inQuarkus = { scope: 'io.quarkus.opentelemetry', kind: 'internal' as const }

/* LiveKit: livekit-agents 1.8.9, llm/llm.py; without operation and provider: livekit/agents#4639 */

const livekit = {
  library: 'livekit-agents@1.3',
  language: 'python',
  why: 'a release from before it named operation and provider, after the report of it; lk.llm_metrics as of 1.8.9',
  unsaid: ['model', 'finish_reason'],
}
const inLivekit = { name: 'llm_request', scope: 'livekit-agents', kind: 'internal' as const }
const livekitMetrics = (more: object) =>
  JSON.stringify({ type: 'llm_metrics', duration: 0.6, ttft: 0.35, cancelled: false, ...more })

/* Pipecat: 1.14.0, utils/tracing */

const pipecat = {
  library: 'pipecat-ai@1.14.0',
  language: 'python',
  why: 'from its source',
  unsaid: ['model', 'cache_write_1h', 'finish_reason'],
}
const inPipecat = { scope: 'pipecat', kind: 'internal' as const }

/* GitHub Copilot: exports of the CLI 1.0.78 (github/copilot-sdk); VS Code's extensions/copilot/src/platform/otel */

const copilot = {
  library: '@github/copilot@1.0.78',
  why: 'only GitHub answers it; a call as published, with a model of which the price is known',
  unsaid: ['cache_write_1h'],
}
const inCopilot = { scope: 'github.copilot', service: 'github-copilot' }
/** Of the published one the credits are what the list prices say: 22,799 in, 77 out, 6.95815 cents. */
const ofCopilot = {
  'gen_ai.provider.name': 'github',
  'gen_ai.request.model': 'claude-opus-4.8',
  'gen_ai.conversation.id': 'd85af7c8',
  'gen_ai.usage.input_tokens': 22_799,
  'gen_ai.usage.output_tokens': 77,
  'gen_ai.usage.cache_read.input_tokens': 13_013,
  'gen_ai.usage.cache_creation.input_tokens': 9776,
}
const copilotCall = truth({
  provider: 'github_copilot',
  request_model: 'claude-opus-4.8',
  model: 'claude-opus-4.8',
  input: 22_799,
  cache_read: 13_013,
  cache_write: 9776,
  output: 77,
  reasoning: 13,
  stream: true,
  stop_reason: 'stop',
})
const inVsCode = { scope: 'copilot-chat', service: 'copilot-chat' }

/* RubyLLM: thoughtbot/opentelemetry-instrumentation-ruby_llm, patches/chat.rb; lib/ruby_llm/providers */

const rubyLlm = {
  library: 'opentelemetry-instrumentation-ruby_llm (2026)',
  language: 'ruby',
  why: 'no Ruby here; from its source',
  unsaid: ['reasoning', 'ttft', 'finish_reason', 'error_type', 'cache_write_1h'],
}
const inRuby = { scope: 'OpenTelemetry::Instrumentation::RubyLLM', kind: 'client' as const }

/* LangChain4j: langchain4j-observation, DefaultChatModelConvention */

const langchain4j = {
  library: 'dev.langchain4j:langchain4j-observation (2026)',
  language: 'java',
  why: 'from its source',
  unsaid: ['cached', 'reasoning', 'ttft', 'finish_reason', 'error_type'],
}
const inMicrometer = { scope: 'org.springframework.boot', kind: 'internal' as const }

/* Azure AI Foundry: azure-ai-projects 2.10.0, telemetry/_responses_instrumentor.py */

const foundry = {
  library: 'azure-ai-projects@2.10.0',
  language: 'python',
  why: 'only a project of Azure answers it; from its source',
  unsaid: ['cached', 'reasoning', 'ttft'],
}
const ofFoundry = {
  'az.namespace': 'Microsoft.CognitiveServices',
  'gen_ai.provider.name': 'microsoft.foundry',
  'gen_ai.request.model': 'gpt-5-mini',
  'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
  'gen_ai.response.id': 'resp_01',
  'gen_ai.response.finish_reasons': ['completed'],
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
  'gen_ai.conversation.id': 'conv_01',
  'server.address': 'my-project.services.ai.azure.com',
}
const ofRun = {
  'gen_ai.system': 'az.ai.agents',
  'gen_ai.thread.id': 'thread_01',
  'gen_ai.thread.run.id': 'run_01',
  'gen_ai.thread.run.status': 'completed',
  'gen_ai.request.model': 'gpt-5-mini',
  'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
  'server.address': 'my-project.services.ai.azure.com',
}
const foundryCall = truth({
  provider: 'azure.ai.inference',
  request_model: 'gpt-5-mini',
  model: 'gpt-5-mini-2025-08-07',
  input: 1000,
  output: 100,
  stop_reason: 'completed',
})
const inFoundry = { scope: 'azure.core.tracing.ext.opentelemetry_span', kind: 'client' as const }

const fixtures: Record<string, HandMade> = {
  'copilot/cli': {
    ...copilot,
    truth: [copilotCall],
    spans: [
      // The agent repeats the sum.
      {
        ...inCopilot,
        name: 'invoke_agent',
        kind: 'client',
        duration: 3000,
        attributes: { ...ofCopilot, 'gen_ai.operation.name': 'invoke_agent', 'github.copilot.turn_count': 1 },
      },
      {
        ...inCopilot,
        name: 'chat claude-opus-4.8',
        kind: 'client',
        parent: 0,
        duration: 3000,
        attributes: {
          ...ofCopilot,
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.stream': true,
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.reasoning.output_tokens': 13,
          'gen_ai.response.model': 'claude-opus-4.8',
          'gen_ai.response.id': 'msg_bdrk_01',
          'github.copilot.cost': { double: 3 },
          'github.copilot.nano_aiu': { double: 6_958_150_000 },
          'github.copilot.initiator': 'user',
          'gen_ai.response.time_to_first_chunk': { double: 2.58 },
          'gen_ai.tool.definitions': '[{"type":"function","name":"bash"}]',
          'gen_ai.input.messages':
            '[{"role":"user","parts":[{"type":"text","content":"Where is my parcel?"}]}]',
        },
      },
      {
        ...inCopilot,
        name: 'execute_tool bash',
        parent: 0,
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.provider.name': 'github',
          'gen_ai.tool.name': 'bash',
          'gen_ai.tool.type': 'function',
          'github.copilot.tool.parameters.command': 'grep "4711" orders.csv',
        },
      },
    ],
  },
  'copilot/vscode': {
    ...copilot,
    library: 'GitHub Copilot Chat 0.59 in VS Code',
    why: 'only GitHub answers it; attributes from the source of VS Code and from its documentation',
    truth: [
      truth({
        provider: 'github_copilot',
        request_model: 'gpt-5-mini',
        model: 'gpt-5-mini',
        input: 29_582,
        cache_read: 28_416,
        output: 120,
        reasoning: 64,
        stream: true,
        stop_reason: 'stop',
      }),
    ],
    spans: [
      {
        ...inVsCode,
        name: 'invoke_agent GitHub Copilot Chat',
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.provider.name': 'github',
          'gen_ai.agent.name': 'GitHub Copilot Chat',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.usage.input_tokens': 29_582,
          'gen_ai.usage.output_tokens': 120,
          'copilot_chat.turn_count': 1,
          'copilot_chat.user_request': 'Where is my parcel?',
        },
      },
      {
        ...inVsCode,
        name: 'chat gpt-5-mini',
        kind: 'client',
        parent: 0,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'github',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.response.model': 'gpt-5-mini',
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.input_tokens': 29_582,
          'gen_ai.usage.output_tokens': 120,
          'gen_ai.usage.cache_read.input_tokens': 28_416,
          'gen_ai.usage.reasoning_tokens': 64,
          'copilot_chat.time_to_first_token': 350,
          'server.address': 'api.githubcopilot.com',
        },
      },
    ],
  },
  'copilot/error': {
    ...copilot,
    truth: [{ ...copilotCall, ...failed, provider: 'github_copilot', request_model: 'claude-opus-4.8' }],
    unsaid: ['error_type'],
    spans: [
      {
        ...inCopilot,
        name: 'chat claude-opus-4.8',
        kind: 'client',
        error: true,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'github',
          'gen_ai.request.model': 'claude-opus-4.8',
          'error.type': 'APIError',
        },
      },
    ],
  },
  'ruby-llm/anthropic': {
    ...rubyLlm,
    truth: [cached],
    spans: [
      {
        ...inRuby,
        name: `chat ${claude}`,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': claude,
          'gen_ai.response.model': claude,
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.usage.output_tokens': 40,
          'gen_ai.usage.cache_read.input_tokens': 1000,
          'gen_ai.usage.cache_creation.input_tokens': 234,
          'gen_ai.input.messages':
            '[{"role":"user","parts":[{"type":"text","content":"Where is my parcel?"}]}]',
        },
      },
    ],
  },
  // A turn with a tool is a call in a call, and both tell the last answer.
  'ruby-llm/tools': {
    ...rubyLlm,
    truth: [
      truth({
        provider: 'gcp.gemini',
        request_model: 'gemini-2.5-flash',
        model: 'gemini-2.5-flash',
        input: 520,
        cache_read: 400,
        output: 20,
      }),
    ],
    spans: [0, 1].map((inner) => ({
      ...inRuby,
      name: 'chat gemini-2.5-flash',
      ...(inner && { parent: 0, start: 300, duration: 300 }),
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'gemini',
        'gen_ai.request.model': 'gemini-2.5-flash',
        'gen_ai.response.model': 'gemini-2.5-flash',
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 400,
      },
    })),
  },
  'langchain4j/openai': {
    ...langchain4j,
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-4o-mini',
        model: 'gpt-4o-mini-2024-07-18',
        input: 1000,
        output: 100,
      }),
    ],
    spans: [
      {
        ...inMicrometer,
        name: 'chatgpt-4o-mini',
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'OPEN_AI',
          'gen_ai.request.model': 'gpt-4o-mini',
          'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
          outcome: 'SUCCESS',
          output_tokens: '100',
          input_tokens: '1000',
        },
      },
    ],
  },
  'langchain4j/error': {
    ...langchain4j,
    truth: [{ ...failed, request_model: claude }],
    spans: [
      {
        ...inMicrometer,
        name: `chat${claude}`,
        error: true,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'ANTHROPIC',
          'gen_ai.request.model': claude,
          'gen_ai.response.model': 'unknown',
          outcome: 'ERROR',
          'error.type': 'dev.langchain4j.exception.InternalServerException',
        },
      },
    ],
  },
  'azure-foundry/responses': {
    ...foundry,
    truth: [foundryCall, foundryCall],
    spans: [
      {
        ...inFoundry,
        name: 'chat gpt-5-mini',
        attributes: { ...ofFoundry, 'gen_ai.operation.name': 'chat' },
      },
      // An agent that answers inside of Azure: one request, and one answer.
      {
        ...inFoundry,
        name: 'invoke_agent support',
        start: 700,
        attributes: {
          ...ofFoundry,
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'support',
          'gen_ai.request.tools': '[{"type":"function","name":"look_up_order"}]',
        },
      },
    ],
  },
  'azure-foundry/thread-run': {
    ...foundry,
    library: 'azure-ai-agents@1.1.0',
    unsaid: [...foundry.unsaid, 'finish_reason'],
    truth: [foundryCall],
    spans: [
      {
        ...inFoundry,
        name: 'process_thread_run',
        attributes: { ...ofRun, 'gen_ai.operation.name': 'process_thread_run' },
      },
      // What it polls repeats the usage.
      {
        ...inFoundry,
        name: 'get_thread_run',
        parent: 0,
        start: 500,
        duration: 50,
        attributes: { ...ofRun, 'gen_ai.operation.name': 'get_thread_run' },
      },
    ],
  },
  'cloudflare-ai-gateway/openai': {
    ...cloudflare,
    truth: [
      truth({ provider: 'openai', request_model: 'gpt-4o-mini', model: null, input: 1000, output: 100 }),
    ],
    spans: [
      {
        ...inCloudflare,
        attributes: {
          'gen_ai.request.model': 'gpt-4o-mini',
          'gen_ai.model.provider': 'openai',
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.output_tokens': 100,
          'gen_ai.usage.cost': { double: 0.00021 },
          'gen_ai.prompt_json': '[{"role":"user","content":"Where is my parcel?"}]',
          'gen_ai.completion_json': '{"choices":[]}',
          team: 'search',
        },
      },
    ],
  },
  'cloudflare-ai-gateway/google': {
    ...cloudflare,
    truth: [gemini({ model: null, input: 500, output: 20 })],
    spans: [
      {
        ...inCloudflare,
        attributes: {
          'gen_ai.request.model': 'gemini-2.5-flash',
          'gen_ai.model.provider': 'google-ai-studio',
          'gen_ai.usage.input_tokens': 500,
          'gen_ai.usage.output_tokens': 20,
        },
      },
    ],
  },
  'quarkus-langchain4j/plain': {
    ...quarkus,
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-4o-mini',
        model: 'gpt-4o-mini-2024-07-18',
        input: 1000,
        output: 100,
        stop_reason: 'STOP',
      }),
    ],
    spans: [
      {
        ...inQuarkus,
        name: 'completion gpt-4o-mini',
        attributes: {
          'gen_ai.request.model': 'gpt-4o-mini',
          'gen_ai.request.temperature': { double: 1 },
          'gen_ai.request.top_p': { double: 1 },
          'gen_ai.response.id': 'chatcmpl-1',
          'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
          'gen_ai.response.finish_reasons': ['STOP'],
          'gen_ai.usage.completion_tokens': 100,
          'gen_ai.usage.prompt_tokens': 1000,
        },
      },
    ],
  },
  'livekit/before-1-4': {
    ...livekit,
    unsaid: [...livekit.unsaid, 'ttft'],
    truth: [gemini({ model: null, input: 1000, output: 1000 })],
    spans: [
      {
        ...inLivekit,
        attributes: {
          'gen_ai.request.model': 'gemini-2.5-flash',
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.output_tokens': 1000,
          'lk.llm_metrics': '{}',
        },
      },
    ],
  },
  'livekit/google-thought': {
    ...livekit,
    truth: [gemini({ model: null, input: 1000, cache_read: 400, output: 160, reasoning: 60, stream: true })],
    spans: [
      {
        ...inLivekit,
        attributes: {
          'gen_ai.request.model': 'gemini-2.5-flash',
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.output_tokens': 100,
          'lk.llm_metrics': livekitMetrics({
            prompt_tokens: 1000,
            completion_tokens: 100,
            prompt_cached_tokens: 400,
            reasoning_tokens: 60,
            total_tokens: 1160,
            metadata: { model_name: 'gemini-2.5-flash', model_provider: 'Gemini' },
          }),
        },
      },
    ],
  },
  'livekit/openai-host': {
    ...livekit,
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-5-mini',
        model: null,
        input: 1240,
        cache_read: 1152,
        output: 64,
        stream: true,
      }),
    ],
    spans: [
      {
        ...inLivekit,
        attributes: {
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.usage.input_tokens': 1240,
          'gen_ai.usage.output_tokens': 64,
          'lk.llm_metrics': livekitMetrics({
            prompt_tokens: 1240,
            completion_tokens: 64,
            prompt_cached_tokens: 1152,
            total_tokens: 1304,
            metadata: { model_name: 'gpt-5-mini', model_provider: 'api.openai.com' },
          }),
        },
      },
    ],
  },
  'pipecat/anthropic': {
    ...pipecat,
    truth: [{ ...cached, stream: true }],
    spans: [
      {
        ...inPipecat,
        name: 'llm',
        attributes: {
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': claude,
          'gen_ai.operation.name': 'chat',
          'gen_ai.output.type': 'text',
          stream: true,
          input: '[{"role":"user","content":"Where is my parcel?"}]',
          output: 'On its way.',
          'metrics.ttfb': { double: 0.35 },
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.usage.output_tokens': 40,
          'gen_ai.usage.cache_read.input_tokens': 1000,
          'gen_ai.usage.cache_creation.input_tokens': 234,
        },
      },
      // What it says is no call of a model that the metrics are of.
      {
        ...inPipecat,
        name: 'tts',
        attributes: {
          'gen_ai.provider.name': 'cartesia',
          'gen_ai.request.model': 'sonic-2',
          'gen_ai.operation.name': 'tts',
          'gen_ai.output.type': 'speech',
          text: 'On its way.',
        },
      },
    ],
  },
  'pipecat/old-names': {
    ...pipecat,
    library: 'pipecat-ai@0.0.95',
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-4o',
        model: null,
        input: 1000,
        cache_read: 800,
        output: 100,
        reasoning: 60,
        stream: true,
      }),
    ],
    spans: [
      {
        ...inPipecat,
        name: 'llm',
        attributes: {
          'gen_ai.system': 'openai',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.operation.name': 'chat',
          stream: true,
          'metrics.ttfb': { double: 0.35 },
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.output_tokens': 100,
          'gen_ai.usage.cache_read_input_tokens': 800,
          'gen_ai.usage.reasoning_tokens': 60,
        },
      },
    ],
  },
  'anthropic-sdk/with-server-span': {
    ...claudeApi,
    truth: [cached],
    spans: [
      {
        ...apiServer,
        scope: 'com.anthropic.sdk.typescript',
        service: 'my-app',
        kind: 'client',
        start: 0,
        duration: 600,
      },
      { ...apiServer, parent: 0 },
    ],
  },
  'claude-api/alone': { ...claudeApi, truth: [cached], spans: [apiServer] },

  'claude-code/plain': {
    ...claudeCode,
    truth: [streamed],
    spans: [
      { ...inClaudeCode, name: 'claude_code.interaction', attributes: { 'interaction.duration_ms': 700 } },
      {
        ...inClaudeCode,
        name: 'claude_code.llm_request',
        parent: 0,
        attributes: {
          ...llmRequest,
          input_tokens: 12,
          output_tokens: 40,
          cache_read_tokens: 1000,
          cache_creation_tokens: 234,
          success: true,
          ttft_ms: 350,
          request_id: 'req_01',
          'gen_ai.response.id': 'req_01',
          stop_reason: 'end_turn',
          'gen_ai.response.finish_reasons': ['end_turn'],
        },
      },
      {
        ...inClaudeCode,
        name: 'claude_code.tool',
        parent: 0,
        start: 600,
        duration: 50,
        attributes: {
          tool_name: 'Read',
          'gen_ai.tool.call.id': 'toolu_01',
          duration_ms: 50,
          result_tokens: 120,
        },
      },
      {
        ...inClaudeCode,
        name: 'claude_code.tool.execution',
        parent: 2,
        start: 610,
        duration: 40,
        attributes: { duration_ms: 40, success: true },
      },
    ],
  },
  'claude-code/error': {
    ...claudeCode,
    truth: [failed],
    spans: [
      {
        ...inClaudeCode,
        name: 'claude_code.llm_request',
        attributes: { ...llmRequest, success: false, status_code: 529, error: 'Overloaded' },
      },
    ],
  },

  'sentry/older-names': {
    ...sentry,
    library: '@sentry/node@9',
    truth: [{ ...cached, reasoning: 24 }],
    spans: [
      {
        name: 'invoke_agent support',
        scope: '@sentry/node',
        kind: 'internal',
        attributes: {
          ...sentryAnswer,
          'gen_ai.operation.name': 'invoke_agent',
          'sentry.op': 'gen_ai.invoke_agent',
          'sentry.origin': 'auto.ai.anthropic',
        },
      },
      {
        name: `chat ${claude}`,
        scope: '@sentry/node',
        kind: 'internal',
        parent: 0,
        attributes: {
          ...inSentry,
          ...sentryAnswer,
          'gen_ai.usage.input_tokens.cache_write': 234,
          'gen_ai.usage.input_tokens.cached': 1000,
          'gen_ai.usage.output_tokens.reasoning': 24,
        },
      },
    ],
  },
  'sentry/count-tokens': {
    ...sentry,
    truth: [],
    spans: [{ name: `chat ${claude}`, scope: '@sentry/node', kind: 'internal', attributes: inSentry }],
  },

  'hand-written-ai/stream': {
    ...byHand,
    unsaid: ['model', 'cache_write_1h'],
    truth: [{ ...answered, stream: true }],
    spans: [
      {
        ...chatSpan,
        attributes: {
          'ai.model': claude,
          'ai.tokens.input': 12,
          'ai.tokens.output': 40,
          'ai.ttft_ms': 350,
          'ai.stop_reason': 'end_turn',
          'ai.retry_count': 0,
          'ai.cost_usd': { double: 0.0006 },
          'ai.cache_hit': false,
        },
      },
    ],
  },
  'hand-written-ai/openai': {
    ...byHand,
    unsaid: ['model'],
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-5-mini',
        model: null,
        input: 11,
        output: 64,
        stop_reason: 'stop',
      }),
    ],
    spans: [
      {
        ...chatSpan,
        attributes: {
          'ai.provider': 'OpenAI',
          'ai.model': 'gpt-5-mini',
          'ai.tokens.input': 11,
          'ai.tokens.output': 64,
          'ai.stop_reason': 'stop',
        },
      },
    ],
  },
  'hand-written-ai/error': {
    ...byHand,
    truth: [failed],
    spans: [
      {
        ...chatSpan,
        error: true,
        attributes: { 'ai.model': claude, 'ai.error.type': 'overloaded_error', 'ai.retry_count': 2 },
      },
    ],
  },
  'hand-written-gen-ai/stream': {
    ...byHand,
    truth: [streamed],
    spans: [
      {
        ...chatSpan,
        attributes: {
          'gen_ai.system': 'anthropic',
          'gen_ai.request.model': claude,
          'gen_ai.response.model': claude,
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.usage.output_tokens': 40,
          'gen_ai.usage.cache_read_tokens': 1000,
          'gen_ai.usage.cache_write_tokens': 234,
          'gen_ai.usage.cost_usd': { double: 0.0014 },
          'gen_ai.latency_ms': 600,
          'gen_ai.time_to_first_token_ms': 350,
          'gen_ai.response.stop_reason': 'end_turn',
          'gen_ai.response.tool_calls.count': 0,
        },
      },
    ],
  },
  'hand-written-gen-ai/openai': {
    ...byHand,
    truth: [
      truth({
        provider: 'openai',
        request_model: 'gpt-5-mini',
        model: 'gpt-5-mini-2025-08-07',
        input: 1240,
        cache_read: 1152,
        output: 64,
        stop_reason: 'tool_calls',
      }),
    ],
    spans: [
      {
        ...chatSpan,
        attributes: {
          'gen_ai.system': 'openai',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
          'gen_ai.usage.input_tokens': 1240,
          'gen_ai.usage.output_tokens': 64,
          'gen_ai.usage.cache_read_tokens': 1152,
          'gen_ai.latency_ms': 600,
          'gen_ai.response.finish_reason': 'tool_calls',
          'gen_ai.response.tool_calls.count': 1,
          'gen_ai.response.tool_calls.names': ['look_up_order'],
        },
      },
    ],
  },
  'hand-written-gen-ai/error': {
    ...byHand,
    truth: [{ ...failed, error_type: 'rate_limit' }],
    unsaid: ['error_type'],
    spans: [
      {
        ...chatSpan,
        error: true,
        attributes: {
          'gen_ai.system': 'anthropic',
          'gen_ai.request.model': claude,
          'gen_ai.latency_ms': 600,
          'error.type': 'rate_limit',
        },
      },
    ],
  },
}

const EPOCH_MS = Date.UTC(2026, 10, 20)
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = (index: number) => (index + 1).toString(16).padStart(16, '0')
const nanoseconds = (ms: number) => String(BigInt(EPOCH_MS + ms) * 1_000_000n)

function otlp(spans: Span[]) {
  return {
    resourceSpans: spans.map((span, index) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: span.service ?? 'my-app' } }] },
      scopeSpans: [
        {
          scope: { name: span.scope },
          spans: [
            {
              traceId,
              spanId: spanId(index),
              ...(span.parent !== undefined && { parentSpanId: spanId(span.parent) }),
              name: span.name,
              kind: KINDS[span.kind ?? 'internal'],
              startTimeUnixNano: nanoseconds(span.start ?? 0),
              endTimeUnixNano: nanoseconds((span.start ?? 0) + (span.duration ?? 600)),
              attributes: Object.entries(span.attributes).map(([key, value]) => ({
                key,
                value: anyValue(value),
              })),
              status: { code: span.error ? 2 : 0 },
            },
          ],
        },
      ],
    })),
  }
}

function anyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return { intValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  return { doubleValue: value.double }
}

for (const [name, { library, language = 'node', why, unsaid, truth: calls, spans }] of Object.entries(
  fixtures,
)) {
  const path = join(import.meta.dirname, '..', 'fixtures', `${name}.json`)
  await mkdir(join(path, '..'), { recursive: true })
  const fixture = {
    library,
    language,
    handMade: true,
    why,
    ...(unsaid && { unsaid }),
    truth: calls,
    otlp: otlp(spans),
  }
  await writeFile(path, JSON.stringify(fixture, null, 2) + '\n')
}
