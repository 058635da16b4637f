/** Backends themselves, as their makers publish them: installed into `.cache/backends`, and started on this machine. */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../scripts/lib/eventually.ts'
import { root } from '../lib/docker.ts'

export const VERSIONS = { victoriaMetrics: 'v1.151.0', mlflow: '3.17.2', phoenix: '20.26.1' }
const folder = join(root, '.cache', 'backends')

const run = (command: string, args: string[], cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })

export function installVictoriaMetrics(): void {
  mkdirSync(folder, { recursive: true })
  if (existsSync(join(folder, 'victoria-metrics'))) return
  const module = `github.com/VictoriaMetrics/VictoriaMetrics@${VERSIONS.victoriaMetrics}`
  const json = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' })
  const source = join(folder, 'victoria-metrics-source')
  cpSync((JSON.parse(json) as { Dir: string }).Dir, source, { recursive: true })
  run('chmod', ['-R', 'u+w', source])
  run('go', ['build', '-o', join(folder, 'victoria-metrics'), './app/victoria-metrics'], source)
}

/** MLflow and Phoenix. */
export function installPython(): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, requirement] of [
    ['mlflow', `mlflow==${VERSIONS.mlflow}`],
    ['phoenix', `arize-phoenix==${VERSIONS.phoenix}`],
  ] as const) {
    if (existsSync(join(folder, name, 'bin', name))) continue
    run('python3', ['-m', 'venv', name])
    run(join(folder, name, 'bin', 'pip'), ['install', '--quiet', requirement])
  }
}

export interface Started {
  child: ChildProcess
  url: string
}

/** A program on this machine, on the address that containers reach it by. */
export async function start(
  program: string,
  args: string[],
  url: string,
  health: string,
  data: string,
  environment: Record<string, string> = {},
): Promise<Started> {
  const child = spawn(join(folder, program), args, {
    cwd: data,
    env: { PATH: process.env['PATH'], HOME: data, ...environment },
    stdio: process.env['BACKENDS_LOG'] ? 'inherit' : 'ignore',
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
    const { ok, status } = await fetch(url + health)
    if (!ok) throw new Error(`${program} answers ${status}`)
  }, 240_000)
  return { child, url }
}

/** On `host`, with one worker and SQLite, as it starts by itself. */
export const startMlflow = (host: string, port: number, data: string) =>
  start(
    'mlflow/bin/mlflow',
    [
      ...['server', '--host', host, '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(data, 'mlflow.db')}`, '--allowed-hosts', '*'],
    ],
    `http://${host}:${port}`,
    '/health',
    data,
    // Its workers for evaluations, seven processes.
    { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
  )

/** On `host`, with SQLite, as it starts by itself. */
export const startPhoenix = (host: string, port: number, grpcPort: number, data: string) =>
  start('phoenix/bin/phoenix', ['serve'], `http://${host}:${port}`, '/healthz', data, {
    PHOENIX_WORKING_DIR: join(data, 'phoenix'),
    PHOENIX_HOST: host,
    PHOENIX_PORT: String(port),
    PHOENIX_GRPC_PORT: String(grpcPort),
    PHOENIX_TELEMETRY_ENABLED: 'false',
    PHOENIX_ALLOW_EXTERNAL_RESOURCES: 'false',
  })
