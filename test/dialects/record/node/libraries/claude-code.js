import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { question } from '../lib/prompts.js'

export const dialect = 'claude-code'
export const packages = ['@anthropic-ai/claude-code']
export const unsaid = { '*': ['model', 'cache_write_1h', 'reasoning', 'error_type'] }
export const faults = { 'session-error': [{ status: 401, times: 100 }] }
export const cases = { session: () => ask(question), 'session-error': () => ask(question).catch(() => {}) }

const binary = join(
  import.meta.dirname,
  `../node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
)

/** One question, in a home and a folder of its own. It calls a tool, which it may not use, and then answers. */
async function ask(prompt) {
  const home = await mkdtemp(join(tmpdir(), 'claude-code-'))
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ANTHROPIC_BASE_URL: process.env.ANTHROPIC_BASE_URL,
    ANTHROPIC_API_KEY: process.env.ANTHROPIC_API_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_MAX_RETRIES: '0',
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  }
  const running = promisify(execFile)(binary, ['-p', prompt, '--model', 'claude-sonnet-5'], {
    env,
    cwd: home,
  })
  // It waits for its input to end.
  running.child.stdin.end()
  await running
}
