/** The programs, the libraries that each is run with, and what their spans cannot say. */

/** Where programs run: a folder with these packages and nothing else. */
export interface Environment {
  language: 'python' | 'node'
  /** In words, for reports. Versions are in python/requirements and in `packages`. */
  library: string
  /** npm packages; Python's are in requirements/<name>.txt. */
  packages?: string[]
}

export const environments = {
  'python-anthropic-2': { language: 'python', library: 'anthropic 2.14.0, which traces itself' },
  'python-anthropic-0.97': { language: 'python', library: 'anthropic 0.97.0, which does not trace itself' },
  'python-openai-3': { language: 'python', library: 'openai 3.57.0' },
  'python-openai-2': { language: 'python', library: 'openai 2.54.0' },
  'python-distro': {
    language: 'python',
    library: 'opentelemetry-distro with anthropic 2.14.0 and openai 3.57.0',
  },
  'node-anthropic-1': {
    language: 'node',
    library: '@anthropic-ai/sdk 1.14.0, which traces itself',
    packages: [
      '@anthropic-ai/sdk@1.14.0',
      '@opentelemetry/sdk-node@0.301.0',
      '@opentelemetry/api@1.10.0',
      '@opentelemetry/baggage-span-processor@0.5.0',
      '@opentelemetry/exporter-trace-otlp-proto@0.301.0',
      '@opentelemetry/sdk-trace@3.1.0',
    ],
  },
  'node-anthropic-0.80': {
    language: 'node',
    library: '@anthropic-ai/sdk 0.80.0, which does not trace itself',
    packages: ['@anthropic-ai/sdk@0.80.0', '@opentelemetry/sdk-node@0.301.0', '@opentelemetry/api@1.10.0'],
  },
  'node-openai-7': {
    language: 'node',
    library: 'openai 7.59.0',
    packages: ['openai@7.59.0', '@opentelemetry/sdk-node@0.301.0', '@opentelemetry/api@1.10.0'],
  },
} satisfies Record<string, Environment>

export type EnvironmentName = keyof typeof environments

/** What the spans of a program do not say, of calls that were answered: nothing after them can know it. */
export type Unsaid = 'tokens'

export interface Program {
  environment: EnvironmentName
  /** In python/ or node/, without its ending. */
  script: string
  unsaid?: Unsaid[]
  /** Calls at once: no faults, as nobody could tell which call they hit. */
  parallel?: boolean
  /** It leaves its streams before their end, which a quick answer may have reached. */
  leaves?: boolean
  /** Its HTTP requests have spans. */
  requests?: boolean
  /** Its SDK's spans say how often it sent a call again. */
  resends?: boolean
  /** Started by `opentelemetry-instrument`. */
  instrumented?: boolean
  /** What its calls are for, by its own word. */
  feature?: string
}

const anthropicPython = [
  'anthropic_plain',
  'anthropic_streaming',
  'anthropic_streaming_without_usage',
  'anthropic_stream_left',
  'anthropic_cost',
  'anthropic_ai_names',
  'anthropic_tools',
  'anthropic_parallel',
]
const anthropicNode = [
  'anthropic-plain',
  'anthropic-streaming',
  'anthropic-streaming-without-usage',
  'anthropic-stream-left',
  'anthropic-ai-names',
]
const leaves = (script: string) => (script.includes('left') ? { leaves: true } : {})
const parallel = (script: string) => (script.includes('parallel') ? { parallel: true } : {})
/** On a wrapper it is seen where the wrapper counts; by baggage it is on the SDK's span, too. */
const wrapperFeature = (script: string) => (/ai.names/.test(script) ? { feature: 'support' } : {})
const baggageFeature = (script: string) => (/feature/.test(script) ? { feature: 'support' } : {})
/** Where the wrapper is the only span, it alone can say what was used. */
const alone = (script: string): { unsaid?: Unsaid[] } =>
  /without.usage|left/.test(script) ? { unsaid: ['tokens'] } : {}

export const programs: Program[] = [
  ...[...anthropicPython, 'anthropic_conversation', 'anthropic_feature'].map((script) => ({
    environment: 'python-anthropic-2' as const,
    script,
    resends: true,
    ...leaves(script),
    ...parallel(script),
    ...baggageFeature(script),
  })),
  ...[...anthropicPython, 'anthropic_requests'].map((script) => ({
    environment: 'python-anthropic-0.97' as const,
    script,
    ...alone(script),
    ...parallel(script),
    ...wrapperFeature(script),
    ...(script === 'anthropic_requests' && { requests: true }),
  })),
  ...(['python-openai-3', 'python-openai-2'] as const).flatMap((environment) =>
    ['openai_plain', 'openai_streaming', 'openai_streaming_without_usage'].map((script) => ({
      environment,
      script,
      ...alone(script),
    })),
  ),
  { environment: 'python-distro', script: 'distro_anthropic', resends: true, instrumented: true },
  { environment: 'python-distro', script: 'distro_openai', instrumented: true },
  ...[...anthropicNode, 'anthropic-feature'].map((script) => ({
    environment: 'node-anthropic-1' as const,
    script,
    resends: true,
    ...leaves(script),
    ...baggageFeature(script),
  })),
  ...anthropicNode.map((script) => ({
    environment: 'node-anthropic-0.80' as const,
    script,
    ...alone(script),
    ...wrapperFeature(script),
  })),
  ...['openai-plain', 'openai-streaming'].map((script) => ({
    environment: 'node-openai-7' as const,
    script,
  })),
]

export const nameOf = ({ environment, script }: Program) => `${environment}/${script.replaceAll('_', '-')}`

/**
 * What goes wrong meanwhile, in this order: a call that fails at each of its three attempts with 429, one with 529, one with
 * 503; then one that succeeds at its second. What is left is answered.
 */
export const faults = [
  { status: 429, times: 3, retry_after: null },
  { status: 529, times: 3, retry_after: null },
  { status: 503, times: 3, retry_after: null },
  { status: 529, times: 1, retry_after: null },
]
