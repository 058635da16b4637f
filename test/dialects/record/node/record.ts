/**
 * Records the spans of real libraries as fixtures: `node record.ts [<library> …]`, all by default. Each case runs in a
 * process of its own, against a simulator and an OTLP receiver started here; what the simulator's ledger says it
 * billed is the fixture's truth.
 */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, startReceiver } from './lib/receiver.ts'
import { startSimulator } from './lib/simulator.ts'
import { truthOf } from './lib/truth.ts'
import type { Truth } from '../../truth.ts'

interface Library {
  dialect: string
  /** The packages whose versions the fixture names; the first is the one that makes the spans. */
  packages: string[]
  /** What of the truth a library's spans do not carry, by case (`*`: all). */
  unsaid: Record<string, string[]>
  /** Faults of the simulator, by case. */
  faults: Record<string, object[]>
  cases: string[]
  /** Its word for a call, where that is not `chat`. */
  operation?: string
  /** Its output is without what was thought. */
  withoutReasoning?: boolean
  /** The names of the spans that are kept, of a program that has hundreds of others. */
  spans?: string[]
}

interface Traces {
  resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[]
}

const here = import.meta.dirname
const run = promisify(execFile)

async function main(names: string[]) {
  if (!existsSync(join(here, 'node_modules'))) {
    console.log('installing the libraries')
    await run('npm', ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-package-lock'], {
      cwd: here,
    })
  }
  const all = (await readdir(join(here, 'libraries'))).map((file) => file.replace(/\.js$/, ''))
  const receiver = await startReceiver()
  const simulator = await startSimulator(await freePort())
  try {
    for (const name of names.length > 0 ? names : all.sort()) {
      const library = JSON.parse(await child([name], {})) as Library
      for (const test of library.cases) {
        await simulator.reset()
        for (const fault of [library.faults[test] ?? []].flat()) await simulator.fault(fault)
        receiver.clear()
        await child([name, test], {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          ANTHROPIC_BASE_URL: simulator.url,
          ANTHROPIC_API_KEY: 'key',
          OPENAI_BASE_URL: `${simulator.url}/v1`,
          OPENAI_API_KEY: 'key',
        })
        const traces = receiver.traces() as Traces
        // Some calls have no span at all: a limit of the library's, which its fragment tells.
        if (traces.resourceSpans.length === 0) console.log(`${name} ${test}: no spans`)
        else {
          const truth = truthOf(await simulator.ledger()).map((call) => asSaid(library, call))
          await write(library, test, truth, kept(library, traces))
        }
      }
      console.log(`${name}: ${library.cases.join(', ')}`)
    }
  } finally {
    simulator.stop()
    receiver.stop()
  }
}

/** What the library is known to say otherwise. */
function asSaid({ operation, withoutReasoning }: Library, call: Truth): Truth {
  return {
    ...call,
    ...(operation && { operation }),
    ...(withoutReasoning && call.reasoning > 0 && { misstated_output: call.output - call.reasoning }),
  }
}

function kept({ spans }: Library, traces: Traces): Traces {
  if (!spans) return traces
  const resourceSpans = traces.resourceSpans.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans.map((scope) => ({
      ...scope,
      spans: scope.spans.filter(({ name }) => spans.includes(name)),
    })),
  }))
  return { resourceSpans }
}

async function write(library: Library, test: string, truth: unknown[], otlp: object) {
  const folder = join(here, '..', '..', 'fixtures', library.dialect)
  await mkdir(folder, { recursive: true })
  const versions = await Promise.all(library.packages.map(versionOf))
  const unsaid = [...(library.unsaid['*'] ?? []), ...(library.unsaid[test] ?? [])]
  const fixture = {
    library: versions.join(' with '),
    language: 'node',
    handMade: false,
    ...(unsaid.length > 0 && { unsaid }),
    truth,
    otlp,
  }
  const path = join(folder, `${test}.json`)
  await writeFile(path, JSON.stringify(fixture))
  await run('npx', ['prettier', '--write', path], { cwd: here })
}

async function versionOf(installed: string): Promise<string> {
  const file = await readFile(join(here, 'node_modules', installed, 'package.json'), 'utf8')
  const { name, version } = JSON.parse(file) as { name: string; version: string }
  return `${name}@${version}`
}

/** Runs run-case.js. @throws with what it printed, where it fails. */
async function child(args: string[], env: Record<string, string>): Promise<string> {
  const process_ = spawn(process.execPath, ['run-case.js', ...args], {
    cwd: here,
    env: { ...process.env, ...env },
  })
  let out = ''
  let err = ''
  process_.stdout.on('data', (data) => (out += String(data)))
  process_.stderr.on('data', (data) => (err += String(data)))
  const code = await new Promise((resolve) => process_.on('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}\n${out}${err}`)
  return out
}

await main(process.argv.slice(2))
