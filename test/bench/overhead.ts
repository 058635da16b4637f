/**
 * What tracing a call costs the application: CPU, memory, the event loop's delay, the time to the first chunk and the slowest
 * calls, of services/telemetry and of others, all beside the same application without tracing. One program, one
 * simulator, all in one run, in turn. `npm run bench:overhead` prints the tables of docs/performance.md;
 * docs/measurements/overhead.md says how they are read.
 *
 *   --rounds=10      how often each is measured; the medians are printed
 *   --calls=100      in a round, of each kind
 *   --paced=5        rounds of streams at a pace, for times; 0: none
 *   --only=<text>    only those whose names contain it, beside no tracing (may be repeated)
 *   --warm=2000      calls in front of them all
 *   --kind=<text>    only such calls (may be repeated)
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { differences, quantile, spread } from '../../scripts/lib/spread.ts'
import { startSimulator } from '../dialects/record/node/lib/simulator.ts'
import { freePorts } from '../lib/free-ports.ts'
import { markdown } from './markdown.ts'
import { Sink } from './overhead/sink.ts'
import { install, NONE, variants, versions } from './overhead/variants.ts'
import type { Variant } from './overhead/variants.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    calls: { type: 'string', default: '100' },
    paced: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: [] },
    warm: { type: 'string', default: '2000' },
    kind: { type: 'string', multiple: true, default: [] },
  },
})
const ROUNDS = Number(options.rounds)
const CALLS = Number(options.calls)
const PACED_ROUNDS = Number(options.paced)
const WARM_CALLS = Number(options.warm)
const KINDS = ['anthropic', 'anthropic-stream', 'openai', 'openai-stream'].filter(
  (kind) => options.kind.length === 0 || options.kind.includes(kind),
)
const STREAMS = KINDS.filter((kind) => kind.endsWith('-stream'))
const PACED = { count: 75, perSecond: 50 }

/** 40 tokens at once, for the cost of a call. */
const AT_ONCE = {
  reasoning_tokens: 0,
  latency_seconds: 0,
  time_to_first_token_seconds: 0,
  tokens_per_second: null,
}
/** A first chunk after 20 ms, and the others in 0.1 s. */
const AT_A_PACE = {
  reasoning_tokens: 0,
  latency_seconds: 0.01,
  time_to_first_token_seconds: 0.01,
  tokens_per_second: 400,
}

interface Commands {
  busy: { micros: number; sending: number }
  paced: { first: number[]; whole: number[]; loop: { mean: number; p99: number } }
  memory: { rss: number; heap: number }
}

/** An application that runs. */
class Application {
  readonly name: string
  readonly base: string
  readonly #process: ChildProcess
  /** CPU µs per call of each round, by kind. */
  readonly micros = new Map<string, number[]>()
  /** Of these for sending what was left at a round's end. */
  readonly sending: number[] = []
  readonly paced = new Map<string, Commands['paced'][]>()
  spansPerCall = 0
  bytesPerCall = 0
  memory: Commands['memory'] = { rss: 0, heap: 0 }

  constructor(
    { name, base = NONE, nodeOptions, program, environment }: Variant,
    api: string,
    endpoint: string,
  ) {
    this.name = name
    this.base = base
    this.#process = fork(program, {
      execArgv: ['--expose-gc', ...nodeOptions],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        API_URL: api,
        OTEL_SERVICE_NAME: 'bench',
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        // Of each alone: nobody has metrics or logs but who asks for them.
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        ...environment,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  async ready(): Promise<void> {
    const { error } = await this.#answer()
    if (error !== undefined) throw new Error(`${this.name}: ${error}`)
  }

  async ask<C extends keyof Commands>(command: C, how: object = {}): Promise<Commands[C]> {
    const answer = this.#answer()
    if (this.#process.connected) this.#process.send({ command, ...how })
    const { result, error } = await answer
    if (error !== undefined) throw new Error(`${this.name}: ${error}`)
    return result as Commands[C]
  }

  #answer(): Promise<{ result?: unknown; error?: string }> {
    return new Promise((resolve) => {
      const told = (answer: { result?: unknown; error?: string }) => {
        this.#process.off('message', told).off('exit', ended)
        resolve(answer)
      }
      const ended = (code: number | null) => told({ error: `ended with ${code}` })
      this.#process.on('message', told).on('exit', ended)
    })
  }

  stop(): void {
    this.#process.kill()
  }
}

const figure = (value: number, digits = 0) => value.toFixed(digits)

function costs(applications: Application[]): string {
  const baseOf = (one: Application) => applications.find(({ name }) => name === one.base)!
  const all = (one: Application) => KINDS.map((kind) => one.micros.get(kind)!)
  /** Of all kinds in equal shares. */
  const mean = (one: Application) =>
    all(one)[0]!.map((_, round) => all(one).reduce((sum, rounds) => sum + rounds[round]!, 0) / KINDS.length)
  return markdown(
    [
      '',
      'CPU µs a call',
      'more than none (quarters)',
      'ratio',
      ...KINDS,
      'sending',
      'spans a call',
      'bytes a call',
    ],
    applications.map((one) => {
      const base = baseOf(one)
      const isBase = applications.some((other) => other.base === one.name)
      const more = spread(differences(mean(one), mean(base)))
      const ratio = spread(mean(one).map((micros, round) => micros / mean(base)[round]!))
      return [
        one.name,
        figure(spread(mean(one)).median),
        isBase ? '' : `${figure(more.median)} (${figure(more.low)}–${figure(more.high)})`,
        isBase ? '' : figure(ratio.median, 2),
        ...KINDS.map((kind) =>
          isBase
            ? figure(spread(one.micros.get(kind)!).median)
            : figure(spread(differences(one.micros.get(kind)!, base.micros.get(kind)!)).median),
        ),
        figure(spread(one.sending).median),
        figure(one.spansPerCall, 1),
        figure(one.bytesPerCall),
      ]
    }),
    1,
  )
}

function times(applications: Application[]): string {
  const of = (one: Application, read: (paced: Commands['paced']) => number[]) =>
    STREAMS.flatMap((kind) => one.paced.get(kind)!.flatMap(read))
  return markdown(
    ['', 'first chunk ms', 'p99', 'whole call ms', 'p99', 'loop delay ms', 'p99', 'heap MB', 'RSS MB'],
    applications.map((one) => {
      const first = of(one, ({ first }) => first)
      const whole = of(one, ({ whole }) => whole)
      const loop = of(one, ({ loop }) => [loop.mean])
      const loop99 = of(one, ({ loop }) => [loop.p99])
      return [
        one.name,
        ...(first.length === 0
          ? ['', '']
          : [figure(quantile(first, 0.5), 1), figure(quantile(first, 0.99), 1)]),
        figure(quantile(whole, 0.5), 1),
        figure(quantile(whole, 0.99), 1),
        figure(spread(loop).median, 2),
        figure(spread(loop99).median, 2),
        figure(one.memory.heap, 1),
        figure(one.memory.rss),
      ]
    }),
    1,
  )
}

async function main() {
  install()
  const all = variants()
  const named = all.filter(({ name }) => options.only.some((part) => name.includes(part)))
  const chosen = all.filter(
    (one, i) =>
      i === 0 || named.length === 0 || named.some((other) => other === one || other.base === one.name),
  )
  const sink = await new Sink().start()
  const [port] = await freePorts(1)
  const simulator = await startSimulator(port!)
  const behave = async (behavior: object) => {
    // Its ledger would grow.
    await simulator.reset()
    const body = JSON.stringify(behavior)
    const headers = { 'content-type': 'application/json' }
    await fetch(`${simulator.url}/behavior`, { method: 'PATCH', headers, body })
  }
  const applications: Application[] = []
  try {
    for (const [i, variant] of chosen.entries()) {
      const one = new Application(variant, simulator.url, sink.endpoint(String(i)))
      applications.push(one)
      await one.ready()
    }
    await behave(AT_ONCE)
    for (const [i, one] of applications.entries()) {
      const who = String(i)
      sink.watch(who)
      for (const kind of KINDS) await one.ask('busy', { kind, count: 5, concurrency: 1 })
      const { spans, bytes, scopes } = sink.seen(who)
      one.spansPerCall = spans / (5 * KINDS.length)
      one.bytesPerCall = bytes / (5 * KINDS.length)
      const traced = one.name.startsWith(NONE) ? spans === 0 : spans >= 5 * KINDS.length
      if (!traced)
        throw new Error(`${one.name}: ${spans} spans of ${5 * KINDS.length} calls, by ${[...scopes].join()}`)
      console.error(`${one.name}: ${[...scopes].join(', ')}`)
    }
    for (const kind of KINDS)
      for (const one of applications)
        await one.ask('busy', { kind, count: WARM_CALLS / KINDS.length, concurrency: 8 })
    for (let round = 0; round < ROUNDS; round++) {
      await behave(AT_ONCE)
      for (const kind of KINDS) {
        // Not always the same in front.
        for (const i of applications.keys()) {
          const one = applications[(i + round) % applications.length]!
          const { micros, sending } = await one.ask('busy', { kind, count: CALLS, concurrency: 8 })
          one.sending.push(sending)
          one.micros.set(kind, [...(one.micros.get(kind) ?? []), micros])
        }
      }
    }
    for (const one of applications) one.memory = await one.ask('memory')
    console.log(
      `${cpus()[0]!.model.trim()}, ${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}\n\n${versions()}`,
    )
    if (ROUNDS > 0) {
      console.log(`\n${ROUNDS} rounds of ${CALLS} calls of each kind, eight at once, medians\n`)
      console.log(costs(applications))
    }
    if (PACED_ROUNDS === 0) return
    for (let round = 0; round < PACED_ROUNDS; round++) {
      await behave(AT_A_PACE)
      for (const kind of STREAMS) {
        for (const i of applications.keys()) {
          const one = applications[(i + round) % applications.length]!
          const paced = await one.ask('paced', { kind, ...PACED })
          one.paced.set(kind, [...(one.paced.get(kind) ?? []), paced])
        }
      }
    }
    console.log(
      `\n${PACED.perSecond} calls/s, ${PACED_ROUNDS} rounds of ${PACED.count} streams of each kind\n`,
    )
    console.log(times(applications))
  } finally {
    for (const one of applications) one.stop()
    simulator.stop()
    sink.stop()
  }
}

await main()
