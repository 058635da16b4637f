/** Runs the Collector's image alone, on spans, and reads what came out of each stage. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolve } from '../../images/resolve.ts'
import { run } from '../../images/lib/run.ts'
import { explainConfig, ONCE_WAIT_SECONDS, TAPS } from './config.ts'
import { plainAttributes } from './input.ts'
import type { Attributes, KeyValue, Otlp, OtlpSpan, ResourceSpans } from './input.ts'

/** A span as it came out of a stage. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  status: string
  attributes: Attributes
  resource: Attributes
  scope: string
  events: { name: string; attributes: Attributes }[]
}

export interface Point {
  metric: string
  unit: string
  labels: Attributes
  /** Of a counter the total, of a histogram the sum. */
  value: number
  /** Of a histogram: how many. */
  count?: number
}

export interface Outcome {
  understood: Span[]
  sent: Span[]
  counted: Span[]
  points: Point[]
  /** What the Collector said was wrong. */
  warnings: string[]
}

/** The Collector did not start, or refused the spans. */
export class CollectorError extends Error {}

/**
 * How long it takes at most until a call that may have an inner layer is counted: the wait, then three questions, each decided
 * within 2 s. Not cut short by a stop: histograms do not have what is decided at it.
 */
const ONCE_MILLISECONDS = (ONCE_WAIT_SECONDS + 1 + 3 * 2) * 1000 + 500

/** @param environment variables for the Collector: what begins with GENAI_ is passed on */
export async function explainSpans(
  otlp: Otlp,
  environment: Record<string, string | undefined> = process.env,
): Promise<Outcome> {
  const { COLLECTOR_IMAGE: image } = (await resolve(['docker-compose.yml'], ['COLLECTOR_IMAGE'])).images
  const folder = await mkdtemp(join(tmpdir(), 'explain-'))
  const name = `genai-explain-${randomBytes(4).toString('hex')}`
  const variables = Object.entries(environment).filter(([key]) => key.startsWith('GENAI_'))
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid!()}`] : []
  let log = ''
  let ended = false
  try {
    await chmod(folder, 0o700)
    await writeFile(join(folder, 'config.json'), JSON.stringify(explainConfig(environment)))
    const child = spawn(
      'docker',
      [
        ...['run', '--rm', '--name', name, ...user, '--read-only', '--cap-drop=ALL', '--memory=1g'],
        ...['--publish', '127.0.0.1::4318', '--volume', `${folder}:/explain`],
        ...variables.flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        ...[image!, '--config=/explain/config.json'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (log += text))
    }
    const end = once(child, 'close').then(() => {
      ended = true
    })
    const until = async (done: () => boolean | Promise<boolean>, milliseconds: number) => {
      const deadline = Date.now() + milliseconds
      while (!(await done())) {
        if (ended)
          throw new CollectorError(`The Collector did not start:\n${problems(log).join('\n') || log}`)
        if (Date.now() > deadline) return false
        await sleep(50)
      }
      return true
    }
    if (!(await until(() => log.includes('Everything is ready'), 60_000)))
      throw new CollectorError('The Collector was not ready after a minute.')

    const { stdout } = await run('docker', ['port', name, '4318'])
    const response = await fetch(`http://127.0.0.1:${/:(\d+)/.exec(stdout)![1]}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(otlp),
    })
    const answer = await response.text()
    if (!response.ok) throw new CollectorError(`The Collector answered ${response.status}: ${answer}`)

    const total = otlp.resourceSpans.length
    if (!(await until(async () => (await spansIn(folder, 'sent')).length >= total, 10_000)))
      throw new CollectorError('The Collector took the spans, and did not send all of them on.')
    // What counts at once is there at once.
    const roles = (await spansIn(folder, 'sent')).filter(({ attributes }) => attributes['genai.role']).length
    await until(async () => (await spansIn(folder, 'counted')).length >= roles, ONCE_MILLISECONDS)
    // For the histograms. Counters are sent at the stop.
    if (roles > 0) await sleep(500)
    await run('docker', ['stop', '--time=20', name])
    await end
    const [understood, sent, counted, points] = await Promise.all([
      spansIn(folder, 'understood'),
      spansIn(folder, 'sent'),
      spansIn(folder, 'counted'),
      pointsIn(folder),
    ])
    return { understood, sent, counted, points, warnings: problems(log) }
  } finally {
    if (!ended) await run('docker', ['rm', '--force', name])
    await rm(folder, { recursive: true, force: true })
  }
}

/** What the log has that is neither info nor warning: 0.155 and later warn of names that they accept. */
const problems = (log: string) =>
  log.split('\n').filter((line) => /^Error:|\terror\t|^\s*\*|invalid|^docker:/.test(line))

async function lines(folder: string, tap: keyof typeof TAPS): Promise<unknown[]> {
  const text = await readFile(join(folder, TAPS[tap]), 'utf8').catch(() => '')
  // The last may not be whole yet.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
}

async function spansIn(folder: string, tap: 'understood' | 'sent' | 'counted'): Promise<Span[]> {
  return ((await lines(folder, tap)) as Otlp[]).flatMap(spansOf)
}

export function spansOf({ resourceSpans }: Otlp): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => spanOf(span, scope, resource))),
  )
}

const spanOf = (
  span: OtlpSpan,
  scope: ResourceSpans['scopeSpans'][number]['scope'],
  resource: ResourceSpans['resource'],
): Span => ({
  traceId: (span.traceId ?? '').toLowerCase(),
  spanId: (span.spanId ?? '').toLowerCase(),
  parentSpanId: (span.parentSpanId ?? '').toLowerCase(),
  name: span.name ?? '',
  status: span.status?.message ?? '',
  attributes: plainAttributes(span.attributes),
  resource: plainAttributes(resource?.attributes),
  scope: scope?.name ?? '',
  events: (span.events ?? []).map(({ name = '', attributes }) => ({
    name,
    attributes: plainAttributes(attributes),
  })),
})

interface DataPoint {
  attributes?: KeyValue[]
  asInt?: string
  asDouble?: number
  sum?: number
  count?: string
}
interface Metrics {
  resourceMetrics?: {
    scopeMetrics?: {
      metrics?: ({ name: string; unit?: string } & Record<
        'sum' | 'histogram' | 'exponentialHistogram',
        { dataPoints?: DataPoint[] } | undefined
      >)[]
    }[]
  }[]
}

/** The last point of each series. */
async function pointsIn(folder: string): Promise<Point[]> {
  const found = new Map<string, Point>()
  for (const { resourceMetrics = [] } of (await lines(folder, 'metrics')) as Metrics[]) {
    const metrics = resourceMetrics.flatMap(({ scopeMetrics = [] }) =>
      scopeMetrics.flatMap(({ metrics = [] }) => metrics),
    )
    for (const { name, unit = '', ...kinds } of metrics) {
      const { sum, histogram, exponentialHistogram } = kinds
      for (const point of (sum ?? histogram ?? exponentialHistogram)?.dataPoints ?? []) {
        const labels = plainAttributes(point.attributes)
        const value = point.sum ?? Number(point.asInt ?? point.asDouble ?? 0)
        const count = point.count === undefined ? {} : { count: Number(point.count) }
        const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`
        found.set(key, { metric: name, unit, labels, value, ...count })
      }
    }
  }
  return [...found.values()]
}
