/** How each agent is started: its settings, against a simulator, in a home and a folder of its own. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Place {
  /** A new folder, which is home and working directory. */
  home: string
  /** node_modules with the agents. */
  modules: string
  simulator: string
  /** OTLP over HTTP, JSON. */
  otlp: string
}

export interface Agent {
  package: string
  /** Writes what the agent reads from files. */
  settings?(place: Place): Promise<void>
  environment(place: Place): Record<string, string>
  command(place: Place, model?: string): string[]
  headless(prompt: string): string[]
  /** Keys that end an interactive session, and how long it takes to begin. */
  interactive?: { starts: number; leave: string }
  /** What is kept of an agent that has hundreds. */
  spans?: RegExp
  metrics?: RegExp
}

const platform = `${process.platform}-${process.arch}`

export const agents: Record<string, Agent> = {
  'claude-code': {
    package: '@anthropic-ai/claude-code',
    async settings({ home }) {
      const project = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true }
      const state = {
        hasCompletedOnboarding: true,
        theme: 'dark',
        customApiKeyResponses: { approved: ['key'], rejected: [] },
        projects: { [home]: project },
      }
      await writeFile(join(home, '.claude.json'), JSON.stringify(state))
    },
    environment: ({ simulator, otlp }) => ({
      ANTHROPIC_BASE_URL: simulator,
      ANTHROPIC_API_KEY: 'key',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '1',
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
      OTEL_METRIC_EXPORT_INTERVAL: '2000',
      OTEL_LOGS_EXPORT_INTERVAL: '1000',
      OTEL_RESOURCE_ATTRIBUTES: 'team=checkout,cost_center=cc-17,repository=shop',
    }),
    command: ({ modules }) => [
      join(modules, `@anthropic-ai/claude-code-${platform}/claude`),
      '--model',
      'claude-sonnet-5',
    ],
    headless: (prompt) => ['-p', prompt, '--allowedTools', 'Bash Read Glob Grep LS Write Edit'],
    interactive: { starts: 8, leave: '/exit|\\r|\\x03|\\x03' },
  },
  codex: {
    package: '@openai/codex',
    async settings({ home, simulator, otlp }) {
      const to = (signal: string) =>
        `{ otlp-http = { endpoint = "${otlp}/v1/${signal}", protocol = "json" } }`
      await mkdir(join(home, '.codex'))
      await writeFile(
        join(home, '.codex', 'config.toml'),
        `model = "gpt-5-mini"
model_provider = "simulator"
[model_providers.simulator]
name = "simulator"
base_url = "${simulator}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 1
[otel]
environment = "test"
log_user_prompt = false
exporter = ${to('logs')}
trace_exporter = ${to('traces')}
metrics_exporter = ${to('metrics')}
[projects."${home}"]
trust_level = "trusted"
`,
      )
    },
    environment: () => ({
      OPENAI_API_KEY: 'key',
      OTEL_RESOURCE_ATTRIBUTES: 'team=checkout,cost_center=cc-17,repository=shop',
    }),
    command: ({ modules }) => [
      join(modules, `@openai/codex-${platform}/vendor/x86_64-unknown-linux-musl/bin/codex`),
    ],
    headless: (prompt) => [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      prompt,
    ],
    interactive: { starts: 8, leave: '\\x03|\\x03|\\x03' },
    spans: /^(session_task\.turn|handle_responses)$/,
    metrics:
      /^codex\.(thread\.started|conversation\.turn\.count|turn\.(token_usage|e2e_duration_ms|tool\.call)|api_request|sse_event|tool\.call|process\.start)$/,
  },
  'gemini-cli': {
    package: '@google/gemini-cli',
    async settings({ home, otlp }) {
      const telemetry = {
        enabled: true,
        traces: true,
        target: 'local',
        otlpProtocol: 'http',
        otlpEndpoint: otlp,
        logPrompts: false,
      }
      const settings = { telemetry, security: { auth: { selectedType: 'gemini-api-key' } } }
      await mkdir(join(home, '.gemini'))
      await writeFile(join(home, '.gemini', 'settings.json'), JSON.stringify(settings))
    },
    environment: ({ simulator }) => ({
      GEMINI_API_KEY: 'key',
      GOOGLE_GEMINI_BASE_URL: simulator,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      GEMINI_CLI_NO_RELAUNCH: 'true',
      OTEL_RESOURCE_ATTRIBUTES: 'team=checkout,cost_center=cc-17,repository=shop',
    }),
    command: ({ modules }) => [
      process.execPath,
      join(modules, '@google/gemini-cli/bundle/gemini.js'),
      '-m',
      'gemini-2.5-flash',
    ],
    headless: (prompt) => ['--approval-mode', 'yolo', '-p', prompt],
    interactive: { starts: 12, leave: '/quit|\\r|\\x03|\\x03' },
    metrics: /^gemini_cli\.(token\.usage|api\.request|session\.count|tool\.call)|^gen_ai\./,
  },
}
