import { flagged, flagsOf, has, hasFailed, hasFlag, isStream, number, roleOf, text } from '../finding.ts'
import type { Finding } from '../finding.ts'

const HAS_NO_USAGE = 'Their tokens and their cost are not counted.'
const isOf = (scope: RegExp, { scope: name }: { scope: string }) => scope.test(name)

export const usage: Finding[] = [
  {
    id: 'stream-without-usage',
    severity: 'wrong',
    says: 'Streamed calls tell no tokens.',
    so: HAS_NO_USAGE,
    fix: 'Ask for the usage: `stream_options: { include_usage: true }` with OpenAI and what speaks its protocol. Read each stream to its end.',
    fixes: {
      'openllmetry-python':
        'Update `opentelemetry-instrumentation-anthropic` and `-openai` to 0.62 or later: 0.40 tells no usage in streams.',
      'openllmetry-js':
        'It tells no usage of OpenAI’s streams. Take `@opentelemetry/instrumentation-openai`, with `stream_options: { include_usage: true }`.',
      'openinference-js':
        'It tells no usage of OpenAI’s streams. Take `@opentelemetry/instrumentation-openai`, with `stream_options: { include_usage: true }`.',
      'ai-sdk': 'AI SDK 4: `createOpenAI({ compatibility: "strict" })`. From 5 on it asks by itself.',
      'anthropic-sdk':
        'The stream was left before its end. Read it to its end, or call `abort()` after the last event that you need.',
    },
    where: (span) => isStream(span) && flagsOf(span).includes('usage_missing'),
  },
  {
    id: 'usage-missing',
    severity: 'wrong',
    says: 'Calls that did not fail tell no tokens.',
    so: HAS_NO_USAGE,
    fix: 'Set `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens` on the span, from the answer. docs/dialects.md says what each library leaves out.',
    fixes: {
      'openai-node':
        'It does not tell which calls are streams: with these, set `stream_options: { include_usage: true }`.',
      'otel-openai':
        'It does not tell which calls are streams: with these, set `stream_options: { include_usage: true }`.',
      'otel-openai-v2':
        'It does not tell which calls are streams: with these, set `stream_options: { include_usage: true }`.',
      'openllmetry-js':
        'OpenAI’s streams have no usage with it. Take `@opentelemetry/instrumentation-openai`.',
      'openinference-js':
        'OpenAI’s streams and embeddings have no usage with it. Take `@opentelemetry/instrumentation-openai`.',
      openinference: 'DSPy, and OpenAI’s streams in LangChain and LlamaIndex: instrument the SDK as well.',
    },
    where: (span) => !isStream(span) && flagsOf(span).includes('usage_missing'),
    counter: flagged('usage_missing'),
  },
  {
    id: 'usage-on-event',
    severity: 'wrong',
    says: 'The tokens are on an event of the span, not on the span.',
    so: HAS_NO_USAGE,
    fix: 'Copy them to attributes of the span: `span.set_attribute("gen_ai.usage.input_tokens", n)`.',
    where: hasFlag(/^usage_on_event$/),
    counter: flagged('usage_on_event'),
  },
  {
    id: 'usage-half',
    severity: 'wrong',
    says: 'Calls tell input tokens or output tokens, not both.',
    so: 'They used more than is counted.',
    fix: 'Set both `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens`. Embeddings need the input only.',
    where: hasFlag(/^(in|out)put_tokens_missing$/),
    counter: flagged('(in|out)put_tokens_missing'),
  },
  {
    id: 'input-zero',
    severity: 'wrong',
    says: 'Calls that did not fail tell 0 input tokens.',
    so: 'Their input costs nothing in the metrics.',
    fix: 'Leave the attribute out where the number is unknown, and read the usage after the answer, not before.',
    where: hasFlag(/^input_tokens_zero$/),
    counter: flagged('input_tokens_zero'),
  },
  {
    id: 'tokens-unusable',
    severity: 'wrong',
    says: 'Numbers of tokens are negative, too large or no numbers.',
    so: 'The number was taken out, and is not counted.',
    fix: 'Set whole numbers from 0 on, as integers and not as text.',
    where: hasFlag(/(_tokens|web_searches)_invalid$/),
    counter: flagged('_tokens_invalid|web_searches_invalid'),
  },
  {
    id: 'basis-unknown',
    severity: 'wrong',
    says: 'Nothing says whether the input includes the cached tokens.',
    so: 'The conventions are taken to hold. If they do not, input and cost are too low.',
    fix: 'Let `gen_ai.usage.input_tokens` include what was read from and written to the cache. For Anthropic that is the sum of three fields.',
    where: hasFlag(/^basis_unknown$/),
    counter: flagged('basis_unknown'),
  },
  {
    id: 'cached-tokens-missing',
    severity: 'wrong',
    says: 'The library does not tell cached tokens.',
    so: 'What was read from the cache is priced in full.',
    fix: 'Set `gen_ai.usage.cache_read.input_tokens` from the answer in a hook of the instrumentation.',
    fixes: {
      'openai-node':
        'Start it with `services/telemetry`, which adds `gen_ai.usage.cache_read.input_tokens` from the answer.',
      'otel-openai-v2': 'Take its successor, `opentelemetry-instrumentation-genai-openai` 1.3.',
      'openllmetry-js': 'Take `@opentelemetry/instrumentation-openai` with `services/telemetry`.',
    },
    // Below 1,024 tokens OpenAI caches nothing.
    where: (span) =>
      !has(span, 'gen_ai.usage.cache_read.input_tokens') &&
      (number(span, 'gen_ai.usage.input_tokens') ?? 0) >= 1024 &&
      text(span, 'gen_ai.operation.name') !== 'embeddings' &&
      (text(span, 'genai.dialect') === 'openai-node' ||
        isOf(/^opentelemetry\.instrumentation\.openai_v2|^@traceloop\/instrumentation-openai/, span)),
  },
  {
    id: 'unrecognized',
    severity: 'wrong',
    says: 'Spans have a model and usage, and are no call that is known.',
    so: 'They are in no metric but `gen_ai_client_inference_unrecognized_total`.',
    fix: 'Set `gen_ai.operation.name` to `chat` or `embeddings`, and `gen_ai.provider.name`. For a library, add a dialect (CONTRIBUTING.md).',
    among: 'spans',
    where: (span) => roleOf(span) === 'unrecognized' && (text(span, 'gen_ai.operation.name') || true),
    counter: {
      metric: 'gen_ai_client_inference_unrecognized_total',
      by: ['genai_scope', 'gen_ai_operation_name'],
      unit: 'spans',
    },
  },
  {
    id: 'model-unknown',
    severity: 'wrong',
    says: 'Calls name no model, neither asked for nor answered by.',
    so: 'They have no price.',
    fix: 'Set `gen_ai.request.model` when the span starts.',
    fixes: { openinference: 'AutoGen and Haystack tell no model: instrument the SDK as well.' },
    where: (span) => !text(span, 'gen_ai.request.model') && !text(span, 'gen_ai.response.model'),
  },
  {
    id: 'response-model-missing',
    severity: 'hidden',
    says: 'Answered calls do not tell which model answered.',
    so: 'An alias such as `latest` is priced by what it is named, and a change behind it stays unseen.',
    fix: 'Set `gen_ai.response.model` from the answer.',
    fixes: {
      'openllmetry-python': 'Update to 0.62 or later.',
      'ai-sdk': 'Update to 6 or later.',
    },
    where: (span) =>
      !hasFailed(span) && has(span, 'gen_ai.request.model') && !has(span, 'gen_ai.response.model'),
  },
]
