import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startSimulator } from '../dialects/record/node/lib/simulator.ts'
import { calledOf } from './ledger.ts'
import type { Called } from './ledger.ts'
import { environments, faults, nameOf } from './programs.ts'
import type { Environment, EnvironmentName, Program } from './programs.ts'

const run = promisify(execFile)
const here = import.meta.dirname

export type Simulator = Awaited<ReturnType<typeof startSimulator>>

/**
 * A folder with an environment's libraries, installed from their registry where it is not there yet.
 *
 * @param folder where the environments are, each in a folder of its name
 */
export async function install(name: EnvironmentName, folder: string): Promise<string> {
  const environment: Environment = environments[name]
  const path = join(folder, name)
  if (await stat(path).catch(() => undefined)) return path
  await mkdir(folder, { recursive: true })
  if (environment.language === 'python') {
    await run('python3', ['-m', 'venv', path])
    const pinned = join(here, 'python', 'requirements', `${name}.txt`)
    await run(join(path, 'bin', 'pip'), ['install', '--quiet', '--requirement', pinned])
  } else {
    await mkdir(path)
    await run('npm', ['init', '--yes'], { cwd: path })
    await run('npm', ['install', '--silent', '--save-exact', ...environment.packages!], { cwd: path })
  }
  return path
}

/** Runs a program to its end against a simulator that is its own for that time. @returns what it called */
export async function runProgram(
  program: Program,
  options: { environment: string; simulator: Simulator; otlpUrl: string; service: string },
): Promise<Called[]> {
  const { environment, simulator, otlpUrl, service } = options
  await simulator.reset()
  if (!program.parallel) for (const fault of faults) await simulator.fault(fault)
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ANTHROPIC_BASE_URL: simulator.url,
    OPENAI_BASE_URL: `${simulator.url}/v1`,
    ANTHROPIC_API_KEY: 'any',
    OPENAI_API_KEY: 'any',
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  }
  // No program talks for long: one that hangs is stopped.
  const limits = { env, timeout: 600_000 }
  if (environments[program.environment].language === 'python') {
    const script = join(here, 'python', `${program.script}.py`)
    const python = join(environment, 'bin', 'python')
    if (program.instrumented)
      await run(python, [join(environment, 'bin', 'opentelemetry-instrument'), python, script], limits)
    else await run(python, [script], limits)
  } else {
    // Node looks for packages beside the script.
    const script = join(environment, `${program.script}.mjs`)
    await cp(join(here, 'node', `${program.script}.mjs`), script)
    await run('node', [script], limits)
  }
  const called = calledOf(await simulator.ledger())
  if (called.length === 0) throw new Error(`${nameOf(program)} has called nothing`)
  return called
}

/** Versions as the package manager has them, for the fixture. */
export async function versionsOf(name: EnvironmentName, environment: string): Promise<string> {
  const { language, packages }: Environment = environments[name]
  if (language === 'node') return packages!.join(' ')
  const pinned = await readFile(join(here, 'python', 'requirements', `${name}.txt`), 'utf8')
  const wanted = pinned.split('\n').map((line) => line.split('==')[0])
  const { stdout } = await run(join(environment, 'bin', 'pip'), ['freeze'])
  return stdout
    .split('\n')
    .filter((line) => wanted.includes(line.split('==')[0]))
    .join(' ')
}
