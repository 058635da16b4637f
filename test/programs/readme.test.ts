/**
 * README's lines for Node, as they stand there, in an empty folder: nothing is lost when a script ends by itself, at Ctrl-C and
 * at SIGTERM, neither of CommonJS nor of ES modules. The environment is the README's, and no export fails: the receiver takes
 * traces, metrics and logs, as the Collector does.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startReceiver } from '../dialects/record/node/lib/receiver.ts'
import type { Receiver } from '../dialects/record/node/lib/receiver.ts'
import { startSimulator } from '../dialects/record/node/lib/simulator.ts'

const root = join(import.meta.dirname, '..', '..')

const calls = `
  const anthropic = new Anthropic()
  const openai = new OpenAI()
  for (const content of ['Where is my parcel?', 'Do you deliver to islands?']) {
    const messages = [{ role: 'user', content }]
    await anthropic.messages.create({ model: 'claude-sonnet-5', max_tokens: 50, messages })
    await openai.chat.completions.create({ model: 'gpt-5-mini', messages })
  }
  console.log('called')
  if (process.env.STAYS) setInterval(() => {}, 1000)
`
const apps = {
  'app.mjs': `import Anthropic from '@anthropic-ai/sdk'\nimport OpenAI from 'openai'\n${calls}`,
  'app.cjs': `const Anthropic = require('@anthropic-ai/sdk')\nconst OpenAI = require('openai')\nconst main = async () => {${calls}}\nmain()\n`,
}

let simulator: Awaited<ReturnType<typeof startSimulator>>
let receiver: Receiver
let folder: string
/** The variables that README's command sets. */
let environment: Record<string, string>
beforeAll(async () => {
  simulator = await startSimulator(await freePort())
  receiver = await startReceiver()
  folder = await mkdtemp(join(tmpdir(), 'readme-'))
  // What README installs, as it is installed here.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  await writeFile(join(folder, 'telemetry.mjs'), /```js\n(import \{ register \}.*?)```/s.exec(readme)![1]!)
  const command = /^((?:[A-Z_]+=\S+ )+)node --import \.\/telemetry\.mjs app\.js$/m.exec(readme)!
  environment = Object.fromEntries(
    command[1]!
      .trim()
      .split(' ')
      .map((variable) => variable.split('=') as [string, string]),
  )
  for (const [name, source] of Object.entries(apps)) await writeFile(join(folder, name), source)
}, 60_000)
afterAll(async () => {
  simulator.stop()
  receiver.stop()
  await rm(folder, { recursive: true, force: true })
})

test.each(
  Object.keys(apps).flatMap((app) => [
    [app, 'by itself', undefined, 0],
    [app, 'at Ctrl-C', 'SIGINT', 130],
    [app, 'at SIGTERM', 'SIGTERM', 143],
  ]) as [string, string, NodeJS.Signals | undefined, number][],
)(
  '%s that ends %s',
  async (app, _, signal, code) => {
    receiver.clear()
    const child = spawn('node', ['--import', './telemetry.mjs', app], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        ...environment,
        // Without it the SDK says nothing of an export that fails.
        OTEL_LOG_LEVEL: 'error',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ANTHROPIC_BASE_URL: simulator.url,
        OPENAI_BASE_URL: `${simulator.url}/v1`,
        ANTHROPIC_API_KEY: 'any',
        OPENAI_API_KEY: 'any',
        ...(signal && { STAYS: 'yes' }),
      },
    })
    let said = ''
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    const ended = once(child, 'exit')
    child.stdout.on('data', () => signal && child.kill(signal))
    const [exitCode] = (await ended) as [number]
    expect({ exitCode, said }).toEqual({ exitCode: code, said: '' })
    expect(scopesOf(receiver)).toEqual({
      'com.anthropic.sdk.typescript': 2,
      '@opentelemetry/instrumentation-openai': 2,
    })
  },
  180_000,
)

/** Spans by the scope that wrote them. */
function scopesOf(receiver: Receiver): Record<string, number> {
  const counts: Record<string, number> = {}
  const resources = receiver.traces().resourceSpans as {
    scopeSpans: { scope: { name: string }; spans: [] }[]
  }[]
  for (const { scope, spans } of resources.flatMap(({ scopeSpans }) => scopeSpans)) {
    counts[scope.name] = (counts[scope.name] ?? 0) + spans.length
  }
  return counts
}
