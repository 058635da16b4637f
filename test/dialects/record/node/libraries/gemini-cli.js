import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { question } from '../lib/prompts.js'

export const dialect = 'gemini-cli'
export const packages = ['@google/gemini-cli']
export const unsaid = { '*': ['model', 'cache_read', 'reasoning', 'ttft', 'finish_reason', 'error_type'] }
export const operation = 'generate_content'
export const withoutReasoning = true
export const faults = { 'session-error': [{ status: 400, times: 100 }] }
export const cases = { session: () => ask(question), 'session-error': () => ask(question).catch(() => {}) }

const program = join(import.meta.dirname, '../node_modules/@google/gemini-cli/bundle/gemini.js')

/** One question, in a home and a folder of its own. It calls a tool, and then answers. */
async function ask(prompt) {
  const home = await mkdtemp(join(tmpdir(), 'gemini-cli-'))
  const telemetry = {
    enabled: true,
    traces: true,
    target: 'local',
    otlpProtocol: 'http',
    otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
    logPrompts: false,
  }
  const settings = { telemetry, security: { auth: { selectedType: 'gemini-api-key' } } }
  await mkdir(join(home, '.gemini'))
  await writeFile(join(home, '.gemini', 'settings.json'), JSON.stringify(settings))
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    GEMINI_API_KEY: process.env.OPENAI_API_KEY,
    GOOGLE_GEMINI_BASE_URL: process.env.ANTHROPIC_BASE_URL,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    GEMINI_CLI_NO_RELAUNCH: 'true',
  }
  const args = [program, '-m', 'gemini-2.5-flash', '-p', prompt]
  const running = promisify(execFile)(process.execPath, args, { env, cwd: home })
  running.child.stdin.end()
  await running
}
