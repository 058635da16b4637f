import type { Finding, Span } from '../finding.ts'

/** Where libraries put prompts and answers. What the Collector takes out by name has left no key to see. */
const CONTENT =
  /^(gen_ai\.(input|output)\.messages|gen_ai\.system_instructions|gen_ai\.(prompt|completion)(\.\d|$)|gen_ai\.tool\.call\.(arguments|result)|ai\.(prompt(\.messages)?|response\.(text|object))$|(input|output)\.value|llm\.(input|output)_messages|llm\.prompts|langfuse\.observation\.(input|output)|traceloop\.entity\.(input|output)|gcp\.vertex\.agent\.(llm_re|tool_(call_args|response)))/
const MASK = '****'

const keyOf = (is: (value: unknown) => boolean) => (span: Span) =>
  Object.entries(span.attributes).find(([key, value]) => CONTENT.test(key) && is(value))?.[0]

const OFF =
  'Turn it off in the application: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=false`, or remove the setting.'
const FIXES: Finding['fixes'] = {
  'openllmetry-python': 'Set `TRACELOOP_TRACE_CONTENT=false` in the application.',
  'openllmetry-js': 'Set `traceContent: false` in `initialize()`, or `TRACELOOP_TRACE_CONTENT=false`.',
  openinference: 'Set `OPENINFERENCE_HIDE_INPUTS=true` and `OPENINFERENCE_HIDE_OUTPUTS=true`.',
  'openinference-js': 'Set `OPENINFERENCE_HIDE_INPUTS=true` and `OPENINFERENCE_HIDE_OUTPUTS=true`.',
  openlit: 'Call `openlit.init(capture_message_content=False)`.',
  'openlit-js': 'Call `Openlit.init({ traceContent: false })`.',
  'ai-sdk': 'Set `experimental_telemetry: { recordInputs: false, recordOutputs: false }`.',
  'ai-sdk-7': 'Set `experimental_telemetry: { recordInputs: false, recordOutputs: false }`.',
  'google-adk': 'Set `ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS=false`.',
  'pydantic-ai': 'Set `InstrumentationSettings(include_content=False)`.',
  langsmith: 'Set `LANGSMITH_HIDE_INPUTS=true` and `LANGSMITH_HIDE_OUTPUTS=true`.',
  litellm: 'Set `litellm_settings: { turn_off_message_logging: true }`.',
}

export const content: Finding[] = [
  {
    id: 'content-stored',
    severity: 'wrong',
    says: 'Prompts or answers are in the trace store.',
    so: 'Who may read traces reads what users wrote.',
    fix: 'Unset `GENAI_CAPTURE_CONTENT` at the Collector (docs/security.md). ' + OFF,
    among: 'traces',
    where: keyOf((value) => value !== MASK && value !== undefined && value !== ''),
  },
  {
    id: 'content-sent',
    severity: 'waste',
    says: 'The application sends prompts or answers, and the Collector masks them.',
    so: 'They cross the network, and make spans large.',
    fix: OFF,
    fixes: FIXES,
    among: 'traces',
    where: keyOf((value) => value === MASK),
  },
]
