import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { question } from '../lib/prompts.js'

export const dialect = 'codex'
export const packages = ['@openai/codex']
export const unsaid = {
  '*': ['request_model', 'model', 'cost', 'reasoning', 'ttft', 'finish_reason', 'error_type'],
}
// Of more than 400, most about files and plugins.
export const spans = ['session_task.turn', 'try_run_sampling_request', 'receiving_stream', 'handle_responses']
export const cases = { session: () => ask(question) }

const binary = join(
  import.meta.dirname,
  `../node_modules/@openai/codex-${process.platform}-${process.arch}/vendor/x86_64-unknown-linux-musl/bin/codex`,
)

/** One question, in a home and a folder of its own. */
async function ask(prompt) {
  const home = await mkdtemp(join(tmpdir(), 'codex-'))
  const endpoint = `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`
  await mkdir(join(home, '.codex'))
  await writeFile(
    join(home, '.codex', 'config.toml'),
    `model = "gpt-5-mini"
model_provider = "simulator"
[model_providers.simulator]
name = "simulator"
base_url = "${process.env.OPENAI_BASE_URL}"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
[otel]
exporter = "none"
trace_exporter = { otlp-http = { endpoint = "${endpoint}", protocol = "json" } }
`,
  )
  const env = { PATH: process.env.PATH, HOME: home, OPENAI_API_KEY: process.env.OPENAI_API_KEY }
  const running = promisify(execFile)(binary, ['exec', '--skip-git-repo-check', prompt], { env, cwd: home })
  running.child.stdin.end()
  await running
}
