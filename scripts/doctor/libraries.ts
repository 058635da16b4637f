/** Which library wrote a span, as far as a fix depends on it. */
import type { Span } from './finding.ts'

interface Known {
  name: string
  dialect: RegExp
  scope?: RegExp
}

/** The first that fits. Dialects are those of collector/understand/dialects. */
const KNOWN = {
  'anthropic-sdk': { name: "Anthropic's SDK", dialect: /^anthropic-sdk$/ },
  'openai-node': { name: '`@opentelemetry/instrumentation-openai`', dialect: /^openai-node$/ },
  'otel-openai-v2': {
    name: '`opentelemetry-instrumentation-openai-v2`',
    dialect: /^semconv/,
    scope: /^opentelemetry\.instrumentation\.openai_v2/,
  },
  'otel-openai': {
    name: '`opentelemetry-instrumentation-genai-openai`',
    dialect: /^semconv/,
    scope: /^opentelemetry\.instrumentation\.genai\.openai/,
  },
  'ai-sdk': { name: 'Vercel AI SDK 3 to 6', dialect: /^ai-sdk$/ },
  'ai-sdk-7': { name: 'Vercel AI SDK 7', dialect: /^ai-sdk-7$/ },
  'openllmetry-js': { name: 'OpenLLMetry for JavaScript', dialect: /^openllmetry-js$/ },
  'openllmetry-python': { name: 'OpenLLMetry for Python', dialect: /^openllmetry-python$/ },
  'openinference-js': {
    name: 'OpenInference for JavaScript',
    dialect: /^openinference$/,
    scope: /^@arizeai\//,
  },
  openinference: { name: 'OpenInference for Python', dialect: /^openinference$/ },
  'openlit-js': { name: 'OpenLIT for JavaScript', dialect: /^openlit-js$/ },
  openlit: { name: 'OpenLIT for Python', dialect: /^openlit$/ },
  langfuse: { name: 'Langfuse', dialect: /^langfuse$/ },
  langsmith: { name: 'LangSmith', dialect: /^langsmith$/ },
  litellm: { name: 'LiteLLM', dialect: /^litellm$/ },
  'pydantic-ai': { name: 'Pydantic AI', dialect: /^pydantic-ai$/ },
  'spring-ai': { name: 'Spring AI', dialect: /^spring-ai$/ },
  'semantic-kernel': { name: 'Semantic Kernel', dialect: /^semantic-kernel$/ },
  sentry: { name: 'Sentry', dialect: /^sentry$/ },
  'google-adk': { name: 'Google ADK', dialect: /^google-adk$/ },
  'hand-written': { name: 'spans by hand', dialect: /^hand-written/ },
} as const satisfies Record<string, Known>

export type Library = keyof typeof KNOWN

export const nameOf = (library: Library): string => KNOWN[library].name

export interface Writer {
  /** Undefined where no fix depends on it. */
  library: Library | undefined
  /** For a person: name, scope and version as the span has them. */
  label: string
}

export function writerOf(span: Span): Writer {
  const dialect = span.attributes['genai.dialect']
  const known = (Object.entries(KNOWN) as [Library, Known][]).find(
    ([, { dialect: is, scope }]) =>
      is.test(typeof dialect === 'string' ? dialect : '') && (scope === undefined || scope.test(span.scope)),
  )
  const scope = `${span.scope || 'no scope'}${span.scopeVersion ? ` ${span.scopeVersion}` : ''}`
  return { library: known?.[0], label: scope }
}
