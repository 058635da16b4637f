/**
 * Records what real coding agents send, all signals at once, and what they called while they did:
 * `node record.ts <node_modules> [<agent> [<case>]]`. The simulator's ledger is the truth.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../../dialects/record/node/lib/receiver.ts'
import { startSimulator } from '../../dialects/record/node/lib/simulator.ts'
import { truthOf } from '../../dialects/record/node/lib/truth.ts'
import { agents } from './agents.ts'
import type { Agent, Place } from './agents.ts'

const here = import.meta.dirname
const [modules, only, onlyCase] = process.argv.slice(2)
if (modules === undefined) throw new Error('usage: node record.ts <node_modules> [<agent> [<case>]]')

const question = 'Where is my parcel?'
const CASES: Record<string, { faults?: object[]; interactive?: boolean }> = {
  headless: {},
  interactive: { interactive: true },
  failed: { faults: [{ status: 401, times: 100 }] },
  retried: { faults: [{ status: 529, times: 1 }] },
}

interface Signals {
  traces: object[]
  logs: object[]
  metrics: object[]
}

async function startReceiver() {
  let got: Signals = { traces: [], logs: [], metrics: [] }
  const server = createServer(async (request, response) => {
    const signal = request.url?.replace('/v1/', '') as keyof Signals
    const raw = await buffer(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    response.setHeader('content-type', 'application/json')
    if (signal in got && request.headers['content-type']?.includes('json')) {
      const parsed = JSON.parse(body.toString()) as Record<string, object[]>
      got[signal].push(...(Object.values(parsed)[0] ?? []))
    } else
      console.log('not taken:', request.method, request.url, request.headers['content-type'], body.length)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = got
      got = { traces: [], logs: [], metrics: [] }
      return taken
    },
    stop: () => server.close().closeAllConnections(),
  }
}

async function run(command: string[], place: Place, environment: Record<string, string>): Promise<string> {
  const running = spawn(command[0]!, command.slice(1), {
    cwd: place.home,
    env: { PATH: process.env['PATH'], HOME: place.home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = setTimeout(() => running.kill('SIGKILL'), 120_000)
  const [out, err] = await Promise.all([text(running.stdout), text(running.stderr)])
  clearTimeout(kill)
  return `${out}\n${err}`
}

async function main() {
  const receiver = await startReceiver()
  const simulator = await startSimulator(await freePort())
  try {
    for (const [name, agent] of Object.entries(agents)) {
      if (only !== undefined && only !== name) continue
      for (const [test, { faults = [], interactive = false }] of Object.entries(CASES)) {
        if ((onlyCase !== undefined && onlyCase !== test) || (interactive && !agent.interactive)) continue
        await simulator.reset()
        for (const fault of faults) await simulator.fault(fault)
        receiver.take()
        const home = await mkdtemp(join(tmpdir(), `${name}-`))
        const place = { home, modules: modules!, simulator: simulator.url, otlp: receiver.url }
        await agent.settings?.(place)
        const command = agent.command(place)
        const shown = await run(
          interactive
            ? [
                'python3',
                join(here, 'terminal.py'),
                String(agent.interactive!.starts),
                '12',
                question,
                agent.interactive!.leave,
                ...command,
              ]
            : [...command, ...agent.headless(question)],
          place,
          agent.environment(place),
        )
        await sleep(500)
        await rm(home, { recursive: true, force: true })
        // What models there are is no call.
        const entries = (await simulator.ledger()).filter(({ endpoint }) => !endpoint.endsWith('/models'))
        const signals = receiver.take()
        console.log(
          `${name} ${test}: ${entries.length} requests (${entries.map(({ status }) => status).join(' ')}),`,
          Object.entries(signals)
            .map(([signal, found]) => `${signal} ${(found as object[]).length}`)
            .join(', '),
        )
        if (entries.length === 0 || process.env['SHOW']) console.log(shown.slice(-3000))
        await write(name, agent, test, place, truthOf(entries), signals)
      }
    }
  } finally {
    simulator.stop()
    receiver.stop()
  }
}

async function write(
  name: string,
  agent: Agent,
  test: string,
  place: Place,
  truth: object[],
  signals: Signals,
) {
  const { version } = JSON.parse(
    await readFile(join(place.modules, agent.package, 'package.json'), 'utf8'),
  ) as { version: string }
  const fixture = {
    agent: `${agent.package}@${version}`,
    truth,
    traces: kept(signals.traces, ['scopeSpans', 'spans'], (span) => agent.spans?.test(named(span)) ?? true),
    // Events for each piece of an answer are hundreds.
    logs: kept(
      signals.logs,
      ['scopeLogs', 'logRecords'],
      (record) => !/\.delta"/.test(JSON.stringify(record)),
    ),
    metrics: kept(
      signals.metrics,
      ['scopeMetrics', 'metrics'],
      (metric) => agent.metrics?.test(named(metric)) ?? true,
    ),
  }
  const raw = JSON.stringify(fixture, short)
    .replaceAll(place.home, '/home/recorder')
    .replaceAll(place.modules, '/app/node_modules')
    .replaceAll(process.execPath, 'node')
    .replaceAll(`"${hostname()}"`, '"recorder"')
  const folder = join(here, '..', 'fixtures', name)
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${test}.json`)
  await writeFile(path, raw)
  await promisify(execFile)('npx', ['prettier', '--write', path], { cwd: here })
}

const named = (item: object) => ('name' in item ? String(item.name) : '')

/** Whose items are chosen: the lists `inner` in the lists `outer` of each resource. Nothing is left of what has none. */
function kept(
  resources: object[],
  [outer, inner]: [string, string],
  choose: (item: object) => boolean,
): object[] {
  return resources.flatMap((resource) => {
    const scopes = (resource as Record<string, object[]>)[outer]!.flatMap((scope) => {
      const items = (scope as Record<string, object[]>)[inner]!.filter(choose)
      return items.length > 0 ? [{ ...scope, [inner]: items }] : []
    })
    return scopes.length > 0 ? [{ ...resource, [outer]: scopes }] : []
  })
}

/** System prompts and definitions of tools are long, and no test needs them. */
const short = (_: string, value: unknown) =>
  typeof value === 'string' && value.length > 300 ? `${value.slice(0, 100)} …` : value

await main()
