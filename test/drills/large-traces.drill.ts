/**
 * Three agents' traces of 10 MB each: they are kept whole, `npm run reconcile` agrees, and neither it nor any dashboard,
 * with several people at once, takes Tempo above its container's memory. docs/measurements/stores.md has the figures.
 */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboards } from '../../grafana/src/index.ts'
import { traceTargets, withEverythingSelected } from '../../grafana/src/targets.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { counterOf } from '../../scripts/lib/reconcile.ts'
import { readTrace } from '../../scripts/lib/tempo.ts'
import { docker, memoryOf, root } from '../lib/docker.ts'
import { newSpanId, newTraceId, sendSpans, type SpanInput } from '../lib/otlp.ts'
import { Site } from './lib/site.ts'
import { record } from './lib/verdict.ts'

/** What Tempo's container may have, as in docker-compose.yml. */
const LIMIT_MIB = 1024
const REQUEST = 1e6

/** Random, as what is all alike would be small on the disk. */
const text = (length: number) =>
  Array.from({ length: Math.ceil(length / 9) }, () => Math.random().toString(36).slice(2, 10)).join(' ')

/** Many small steps: 5,000 spans of 2 kB. Or few large ones: 150 of 66 kB, in attributes as long as Tempo keeps. */
const SHAPES = {
  long: { spans: 5000, attributes: 1, length: 1750 },
  wide: { spans: 150, attributes: 33, length: 2000 },
} as const

function agentTrace(shape: keyof typeof SHAPES): SpanInput[] {
  const { spans, attributes, length } = SHAPES[shape]
  const traceId = newTraceId()
  const rootId = newSpanId()
  const start = Date.now() - 60_000
  return Array.from({ length: spans }, (_, i): SpanInput => {
    const notes = Object.fromEntries(
      Array.from({ length: attributes }, (_, n) => [`app.note.${n}`, text(length)]),
    )
    const about =
      i === 0
        ? { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': `agent-${shape}` }
        : i % 2 === 0
          ? { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look_up' }
          : {
              'gen_ai.operation.name': 'chat',
              'gen_ai.provider.name': 'anthropic',
              'gen_ai.request.model': 'claude-haiku-4-5',
              'gen_ai.response.model': 'claude-haiku-4-5-20251001',
              'gen_ai.usage.input_tokens': 1000,
              'gen_ai.usage.output_tokens': 100,
            }
    return {
      name: 'step',
      traceId,
      spanId: i === 0 ? rootId : newSpanId(),
      ...(i === 0 ? {} : { parentSpanId: rootId }),
      kind: i % 2 === 1 ? 'client' : 'internal',
      start: start + i * 5,
      duration: i === 0 ? 55_000 : 100,
      attributes: { ...about, ...notes },
    }
  })
}

async function send(site: Site, spans: SpanInput[], bytesEach: number): Promise<void> {
  const step = Math.max(1, Math.floor(REQUEST / bytesEach))
  for (let i = 0; i < spans.length; i += step) {
    const batch = { service: 'agent', scope: 'drill', spans: spans.slice(i, i + step) }
    await eventually(() => sendSpans(site.httpUrl, batch))
  }
}

/** Most memory that Tempo was seen to have, in MiB, since the last `take`. */
class Memory {
  #most = 0
  #stopped = false
  readonly #loop: Promise<void>
  constructor(container: string) {
    this.#loop = (async () => {
      while (!this.#stopped) {
        const used = await memoryOf(container).catch(() => 0)
        this.#most = Math.max(this.#most, Math.round(used / 2 ** 20))
      }
    })()
  }
  async take(): Promise<number> {
    // Long enough for one more look.
    await sleep(3000)
    const most = this.#most
    this.#most = 0
    return most
  }
  stop(): Promise<void> {
    this.#stopped = true
    return this.#loop
  }
}

async function ask(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Every TraceQL query of every dashboard; those of a dashboard at once, as a browser asks them. */
async function openDashboards(site: Site, hours: number): Promise<number[]> {
  const statuses: number[] = []
  for (const dashboard of Object.values(dashboards)) {
    const end = Math.ceil(Date.now() / 1000)
    const asked = traceTargets(dashboard).map(({ query, limit, spss }) => {
      const parameters = new URLSearchParams({
        q: withEverythingSelected(query, hours * 3600),
        limit: String(limit),
        spss: String(spss),
        start: String(end - hours * 3600),
        end: String(end),
      })
      return ask(`${site.tempoUrl}/api/search?${parameters.toString()}`)
    })
    statuses.push(...(await Promise.all(asked)))
  }
  return statuses
}

function reconcile(site: Site): Promise<{ code: number; output: string; seconds: number }> {
  const began = Date.now()
  const where = ['--tempo', site.tempoUrl, '--prometheus', site.prometheusUrl]
  const args = ['scripts/reconcile.ts', ...where, '--all', '--until', '20s', '--settle', '15s']
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: root }, (_error, stdout, stderr) =>
      resolve({
        code: child.exitCode ?? -1,
        output: stdout + stderr,
        seconds: Math.round((Date.now() - began) / 1000),
      }),
    )
  })
}

const failed = (statuses: readonly number[]) => statuses.filter((status) => status !== 200).length

test('large-traces', async () => {
  const site = await Site.start()
  const memory = new Memory(site.id('tempo'))
  const state = async () => ({
    outOfMemory: await site.ranOutOfMemory('tempo'),
    running: await site.running('tempo'),
    restarts: Number(await docker('inspect', '--format', '{{.RestartCount}}', site.id('tempo'))),
  })
  try {
    const traces = (['long', 'long', 'wide'] as const).map((shape) => ({ shape, spans: agentTrace(shape) }))
    const bytes = traces.map(({ spans }) => JSON.stringify(spans).length)
    for (const [i, { spans }] of traces.entries()) await send(site, spans, bytes[i]! / spans.length)
    const sent = await memory.take()

    // All of it, and counted.
    const calls = traces.flatMap(({ spans }) => spans).filter(({ kind }) => kind === 'client').length
    for (const { spans } of traces) {
      await eventually(async () => {
        expect(await readTrace(site.tempoUrl, spans[0]!.traceId!)).toHaveLength(spans.length)
      }, 60_000)
    }
    await eventually(async () => {
      const [counted] = await query(site.prometheusUrl, `sum(${counterOf('calls')})`)
      expect(counted?.value).toBe(calls)
    }, 60_000)
    const metrics = await (await fetch(`${site.tempoUrl}/metrics`)).text()
    const discarded = [...metrics.matchAll(/^tempo_discarded_spans_total\{.*\} (\S+)$/gm)].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    )
    const readOneByOne = await memory.take()

    await sleep(20_000)
    const first = await reconcile(site)
    const reconciled = await memory.take()

    const one = await openDashboards(site, 1)
    const oneViewer = await memory.take()
    const five = (
      await Promise.all(Array.from({ length: 5 }, (_, i) => openDashboards(site, i % 2 === 0 ? 1 : 24)))
    ).flat()
    const fiveViewers = await memory.take()

    // Sixteen people open one of the traces, as reconcile once did.
    const opened = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        ask(`${site.tempoUrl}/api/v2/traces/${traces[i % 3]!.spans[0]!.traceId}`),
      ),
    )
    const sixteenTraces = await memory.take()

    const [last, ...others] = await Promise.all([
      reconcile(site),
      openDashboards(site, 1),
      openDashboards(site, 24),
    ])
    const together = await memory.take()

    const verdict = {
      spans: traces.reduce((sum, { spans }) => sum + spans.length, 0),
      megabytes: bytes.map((count) => Math.round(count / 1e5) / 10),
      discarded,
      mostMiB: { sent, readOneByOne, reconciled, oneViewer, fiveViewers, sixteenTraces, together },
      failed: {
        oneViewer: failed(one),
        fiveViewers: failed(five),
        sixteenTraces: failed(opened),
        together: failed(others.flat()),
      },
      queries: one.length,
      reconcile: [first, last].map(({ code, seconds }) => ({ code, seconds })),
      ...(await state()),
    }
    await record('large-traces', verdict)
    for (const { code, output } of [first, last]) expect({ code, output }).toMatchObject({ code: 0 })
    expect(first.output).toContain(`${calls} calls in Tempo`)
    expect(verdict).toMatchObject({
      discarded: 0,
      failed: { oneViewer: 0, fiveViewers: 0, together: 0 },
      outOfMemory: false,
      running: true,
      restarts: 0,
    })
    expect(Math.max(...Object.values(verdict.mostMiB))).toBeLessThan(LIMIT_MIB)
  } finally {
    await memory.stop()
    await site.stop()
  }
}, 900_000)
