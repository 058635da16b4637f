/**
 * Sends the Collector what no library sends, for as long as it is told: npm run fuzz -- --seconds=60. `--help` says more.
 *
 * Exit code: 0 nothing found, 1 found something (a file in test/fuzz/cases), 2 it could not run.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { say } from '../../images/lib/progress.ts'
import { resolve } from '../../images/resolve.ts'
import type { ResourceSpans } from '../../scripts/explain/input.ts'
import { asNow, readFixtures } from '../dialects/fixture.ts'
import { call, USD_PER_CALL } from '../lib/calls.ts'
import { newTraceId, otlpJson } from '../lib/otlp.ts'
import { startCollector } from './collector.ts'
import type { Collector } from './collector.ts'
import { requestBytes, resourceSpansBytes } from './encode.ts'
import { edited, inputs } from './inputs.ts'
import type { Input } from './inputs.ts'

const help = `npm run fuzz -- [--seconds=60] [--seed=N] [--image=<Collector's image>]

Changes recorded spans of real libraries (test/dialects/fixtures) at random, sends them to the Collector with the configuration in
collector/, as OTLP/JSON and OTLP/protobuf, and looks after each hundred or so:
  the Collector is up, and answered each request with 200 or 400 within 10 s
  a clean span beside each hostile one came out once, and is counted: calls, tokens and cost, exactly
  each span that was taken came out, and can be read; no metric is negative or not a number
  the log has no errors, and not more than one warning a request

What fails is made as small as can be within another minute, and saved in test/fuzz/cases, which this command sends first.
With the seed that it prints, the same changes come again.`

const folder = join(import.meta.dirname, 'cases')
/** Counted at once, and one that waits for inner layers, which is looked at once at the end. */
const CLEAN = 'clean'
const WAITING = 'clean-waiting'
const SERVICES = new Set([CLEAN, WAITING])
const COUNTERS = {
  'gen_ai.client.inference.duration': 1,
  'gen_ai.client.inference.usage.input_tokens': 10,
  'gen_ai.client.inference.usage.output_tokens': 1,
}
const COST = 'gen_ai.client.inference.usage.cost'
/** A request's hostile part, as it goes over the wire. */
interface Payload {
  encoding: Input['encoding']
  content: Buffer
  /** Spans in it, where that is known. */
  spans?: number
}

interface SavedCase {
  why: string
  encoding: Input['encoding']
  /** Base64. */
  content: string
}

class Fault extends Error {}

class Session {
  readonly #image: string
  #collector: Collector | undefined
  /** Requests that this Collector has taken. */
  #taken = 0
  sent = 0
  refused = 0
  warnings = 0
  slowest = 0

  constructor(image: string) {
    this.#image = image
  }

  /** Sends all, and looks what came of it. @throws Fault */
  async run(payloads: Payload[]): Promise<void> {
    const collector = (this.#collector ??= await startCollector(this.#image, SERVICES))
    try {
      await this.#check(collector, payloads)
    } catch (error) {
      // What is wrong once stays wrong in its totals.
      await this.stop()
      throw error
    }
  }

  async #check(collector: Collector, payloads: Payload[]): Promise<void> {
    const { backend } = collector
    const before = backend.spans
    let expected: number | undefined = before
    const traces: string[] = []
    const queue = payloads.entries()
    const worker = async () => {
      for (const [i, payload] of queue) {
        const traceId = newTraceId()
        const taken = await this.#send(collector, payload, traceId, i % 2 === 0)
        if (taken) traces.push(traceId)
        if (taken && expected !== undefined)
          expected = payload.spans === undefined ? undefined : expected + payload.spans + 2
      }
    }
    await Promise.all([worker(), worker(), worker()])
    this.#taken += traces.length
    await until(() => {
      if (collector.ended()) throw new Fault(collector.ended())
      const lost = traces.filter((traceId) => backend.watched.get(`${CLEAN} ${traceId}`) !== 1)
      if (lost.length > 0) return `${lost.length} of ${traces.length} clean spans did not come out once`
      if (expected !== undefined && backend.spans !== expected)
        return `${backend.spans - before} spans came out of ${expected - before}`
      return this.#miscounted(collector, CLEAN)
    }, 20_000)
    const [problem] = backend.problems.splice(0)
    if (problem !== undefined) throw new Fault(problem)
    const { errors, warnings } = collector.log()
    this.warnings += warnings.length
    if (errors.length > 0) throw new Fault(`the Collector's log has ${errors.length} errors: ${errors[0]}`)
    if (warnings.length > payloads.length + 10)
      throw new Fault(`${warnings.length} warnings of ${payloads.length} requests: ${warnings.at(-1)}`)
  }

  #miscounted({ backend }: Collector, service: string): string | undefined {
    for (const [metric, each] of Object.entries(COUNTERS)) {
      const counted = backend.total(metric, service)
      if (counted !== this.#taken * each)
        return `${metric} of ${service} is ${counted}, where ${this.#taken * each} were sent`
    }
    const cost = backend.total(COST, service)
    const usd = this.#taken * USD_PER_CALL
    return Math.abs(cost - usd) > 1e-9 ? `${COST} of ${service} is ${cost} instead of ${usd}` : undefined
  }

  /** Whether it was taken. @throws Fault where the answer is none that a receiver gives */
  async #send(collector: Collector, payload: Payload, traceId: string, first: boolean): Promise<boolean> {
    const clean = cleanSpans(traceId)
    const { encoding, content } = payload
    const json = encoding === 'json'
    const neighbours = clean.map((one) => (json ? Buffer.from(JSON.stringify(one)) : resourceSpansBytes(one)))
    const parts = first ? [...neighbours, content] : [content, ...neighbours]
    const body = json ? Buffer.from(`{"resourceSpans":[${parts.join(',')}]}`) : requestBytes(...parts)
    for (let attempt = 0; ; attempt++) {
      const began = performance.now()
      let status: number
      let answer: string
      try {
        const response = await fetch(`${collector.otlpUrl}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': json ? 'application/json' : 'application/x-protobuf' },
          body: new Uint8Array(body),
          signal: AbortSignal.timeout(10_000),
        })
        status = response.status
        answer = await response.text()
      } catch (error) {
        await sleep(500)
        throw new Fault(collector.ended() ?? `no answer: ${String((error as Error).cause ?? error)}`)
      }
      this.slowest = Math.max(this.slowest, performance.now() - began)
      // The memory limiter, which the sender obeys.
      if (status === 503 && attempt < 240) {
        await sleep(250)
        continue
      }
      this.sent++
      if (status === 400) this.refused++
      if (status !== 200 && status !== 400) throw new Fault(`the Collector answered ${status}: ${answer}`)
      if (status === 400 && payload.spans !== undefined)
        throw new Fault(`what is right OTLP was refused: ${answer}`)
      if (/rejected/i.test(answer)) throw new Fault(`only a part was taken: ${answer}`)
      return status === 200
    }
  }

  /** What is only known after a while: calls that wait for inner layers. @throws Fault */
  async finish(): Promise<void> {
    const collector = this.#collector
    if (collector) await until(() => this.#miscounted(collector, WAITING), 30_000)
  }

  async stop(): Promise<void> {
    await this.#collector?.stop()
    this.#collector = undefined
    this.#taken = 0
  }
}

function cleanSpans(traceId: string): ResourceSpans[] {
  const request = otlpJson(
    // An SDK's own span, which no inner layer can report, and one written by hand, which waits for the SDK's.
    { service: CLEAN, scope: 'com.anthropic.sdk.typescript', spans: [{ ...call(), traceId }] },
    { service: WAITING, scope: 'my-tracer', spans: [call()] },
  )
  return (JSON.parse(request) as { resourceSpans: ResourceSpans[] }).resourceSpans
}

/** @throws Fault with what was said last, after so many milliseconds */
async function until(problem: () => string | undefined, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    const said = problem()
    if (said === undefined) return
    if (Date.now() > deadline) throw new Fault(said)
    await sleep(50)
  }
}

function payloadOf({ encoding, spans, edits }: Input): Payload {
  const content = encoding === 'json' ? Buffer.from(JSON.stringify(spans)) : resourceSpansBytes(spans)
  if (edits.length > 0) return { encoding, content: edited(content, edits) }
  return { encoding, content, spans: spans.scopeSpans.reduce((sum, scope) => sum + scope.spans.length, 0) }
}

async function savedCases(): Promise<Payload[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
  return Promise.all(
    files.map(async (name) => {
      const saved = JSON.parse(await readFile(join(folder, name), 'utf8')) as SavedCase
      return { encoding: saved.encoding, content: Buffer.from(saved.content, 'base64') }
    }),
  )
}

async function save(payloads: Payload[], why: string, seed: number): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  return Promise.all(
    payloads.map(async ({ encoding, content }, i) => {
      const file = join(folder, `${seed}-${i}.json`)
      const saved: SavedCase = { why: why.slice(0, 500), encoding, content: content.toString('base64') }
      await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`)
      return file
    }),
  )
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      image: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const seconds = Number(values.seconds)
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  if (values.help || !(seconds > 0) || !Number.isInteger(seed)) {
    console.log(help)
    return values.help ? 0 : 2
  }
  const image =
    values.image ?? (await resolve(['docker-compose.yml'], ['COLLECTOR_IMAGE'])).images.COLLECTOR_IMAGE!
  const session = new Session(image)
  try {
    const fixtures = readFixtures()
    say('fuzz', `${image}, ${seconds} s, seed ${seed}`)
    // What is not changed is taken in both encodings, or what follows would show nothing.
    const unchanged = fixtures.flatMap((fixture, f) =>
      asNow(fixture).otlp.resourceSpans.map((spans, i) =>
        payloadOf({ encoding: (f + i) % 2 ? 'json' : 'protobuf', spans: spans as ResourceSpans, edits: [] }),
      ),
    )
    await session.run(unchanged)
    const saved = await savedCases()
    await session.run(saved)
    say('fuzz', `${unchanged.length} unchanged and ${saved.length} saved ones are as they should be`)

    const many = (edits: boolean) =>
      fc.array(inputs(fixtures, edits), { minLength: 1, maxLength: 150, size: 'max' })
    const property = fc.asyncProperty(
      fc.oneof({ weight: 2, arbitrary: many(false) }, { weight: 1, arbitrary: many(true) }),
      (batch) => session.run(batch.map(payloadOf)),
    )
    const found = await fc.check(property, {
      seed,
      numRuns: 2 ** 30,
      endOnFailure: true,
      interruptAfterTimeLimit: seconds * 1000,
    })
    if (!found.failed) {
      await session.finish()
      say(
        'fuzz',
        `nothing found: ${found.numRuns} rounds, ${session.sent} requests, ${session.refused} refused with 400, ` +
          `${session.warnings} warnings, slowest answer ${Math.round(session.slowest)} ms`,
      )
      return 0
    }
    const why = String((found.errorInstance as Error).message)
    say('fuzz', `found with seed ${seed}: ${why}`)
    const smaller = await fc.check(property, {
      seed,
      path: found.counterexamplePath!,
      numRuns: 2 ** 30,
      interruptAfterTimeLimit: 60_000,
    })
    const least = smaller.failed ? smaller : found
    const batch = least.counterexample![0].map(payloadOf)
    console.error(String((least.errorInstance as Error).message))
    for (const file of await save(batch, why, seed)) console.error(`saved: ${file}`)
    return 1
  } finally {
    await session.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error)
  process.exitCode = error instanceof Fault ? 1 : 2
}
