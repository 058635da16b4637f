/**
 * How long the dashboards' queries take: CPU time of each on a real Prometheus that holds a day of points at 15 s from
 * each other, and of what is recorded for service levels 30 days. Prometheus answers a query on one core, so that this is
 * the time on an idle machine, and little more on one with other work. `npm run bench:dashboards` prints the table of
 * docs/dashboards.md, and fails where a query takes longer than a second.
 *
 *   --sets=64   different sets of labels of calls; a histogram is a series for each
 *   --rounds=3  how often each query is asked; the median counts
 *   --queries   prints every query with its time as well
 *   --keep=<folder>  leaves the points there, and takes them from there the next time
 */
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { dashboards } from '../../grafana/src/index.ts'
import { type Target, targets, withEverythingSelected } from '../../grafana/src/targets.ts'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { table } from '../../scripts/lib/table.ts'
import { docker } from '../lib/docker.ts'
import { isHistogram, labelSets, type NativeHistogram, type Numbers } from './series.ts'
import { ofOneDay, ofThirtyDays, openMetrics, otlpRequests, STEP } from './series.ts'

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
    queries: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})
const HOUR = 3600
const DAY = 24 * HOUR
/** What a block holds that Prometheus has just written. */
const BLOCK = 2 * HOUR
const LIMIT_MS = 1000
/** Points of a graph of some 500 pixels. */
const POINTS = 500
const RANGES = { '1 h': HOUR, '24 h': DAY }

const image = (await resolveImages()).PROMETHEUS_IMAGE!
const folder = options.keep ? resolve(options.keep) : await mkdtemp(join(tmpdir(), 'bench-dashboards-'))
await mkdir(folder, { recursive: true })
/** Says until when the points are, once all are there. */
const done = join(folder, 'end')
const kept = await readFile(done, 'utf8').catch(() => undefined)
const end = kept ? Number(kept) : Math.floor(Date.now() / 1000 / BLOCK) * BLOCK

/** Writes points into blocks, as promtool makes them. */
async function fill(all: Numbers[], from: number, until: number, block: number) {
  const state = new Map<Numbers, number>()
  for (let start = from; start < until; start += block) {
    const points = openMetrics(all, start, start + block, state)
    await pipeline(Readable.from(points), createWriteStream(join(folder, 'points')))
    await docker(
      ...['run', '--rm', '--network=none', '--user=0:0', '--volume', `${folder}:/bench`],
      ...['--entrypoint=promtool', image, 'tsdb', 'create-blocks-from', '--max-block-duration', `${block}s`],
      ...['openmetrics', '--quiet', '/bench/points', '/bench/data'],
    )
  }
}

/** The same of histograms, which promtool does not read: a Prometheus of its own takes them in, and writes the blocks. */
async function fillHistograms(all: NativeHistogram[], from: number, until: number) {
  const { id, url } = await startPrometheus(
    'histograms',
    '--web.enable-otlp-receiver',
    '--web.enable-admin-api',
  )
  try {
    for (const body of otlpRequests(all, from, until)) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/v1/otlp/v1/metrics`, { method: 'POST', headers, body })
      if (!response.ok) throw new Error(`Prometheus takes no histograms: ${await response.text()}`)
    }
    const response = await fetch(`${url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
    const { data } = (await response.json()) as { data: { name: string } }
    const snapshot = join(folder, 'histograms', 'snapshots', data.name)
    for (const block of await readdir(snapshot))
      await rename(join(snapshot, block), join(folder, 'data', block))
  } finally {
    await docker('rm', '--force', '--volumes', id)
  }
  await rm(join(folder, 'histograms'), { recursive: true })
}

/** @returns the container's id, and its address */
async function startPrometheus(data: string, ...flags: string[]) {
  const id = await docker(
    ...['run', '--detach', '--user=0:0', '--volume', `${folder}/${data}:/prometheus`],
    ...['--publish=127.0.0.1::9090', image, '--storage.tsdb.path=/prometheus'],
    ...['--config.file=/dev/null', '--storage.tsdb.retention.time=60d'],
    // Blocks stay as they are: putting them together would take the time that is measured.
    ...['--storage.tsdb.min-block-duration=2h', '--storage.tsdb.max-block-duration=2h'],
    ...['--no-storage.tsdb.allow-overlapping-compaction', ...flags],
  )
  const port = (await docker('port', id.trim(), '9090')).trim().split(':').at(-1)
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => {
    const { ok } = await fetch(`${url}/-/ready`)
    if (!ok) throw new Error('Prometheus is not ready')
  })
  return { id: id.trim(), url }
}

/** CPU time that Prometheus has used since it started, to 10 ms. */
async function cpuMs(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(metrics) ?? []
  if (seconds === undefined) throw new Error('Prometheus does not say what CPU time it used')
  return 1000 * Number(seconds)
}

interface Timed extends Target {
  ms: number
  series: number
}

async function time(url: string, target: Target, range: number): Promise<Timed> {
  const step = Math.max(15, range / POINTS)
  const query = withEverythingSelected(target.expr, range, `${Math.max(60, Math.ceil(step + 15))}s`)
  const moment: [string, string][] = target.instant
    ? [['time', String(end)]]
    : [
        ['start', String(end - range)],
        ['end', String(end)],
        ['step', String(step)],
      ]
  const taken: number[] = []
  let series = 0
  for (let round = 0; round < Number(options.rounds); round++) {
    const before = await cpuMs(url)
    const response = await fetch(`${url}/api/v1/${target.instant ? 'query' : 'query_range'}`, {
      method: 'POST',
      body: new URLSearchParams([['query', query], ...moment]),
    })
    const answer = (await response.json()) as { error?: string; data?: { result: unknown[] } }
    if (!answer.data) throw new Error(`${target.where}: ${answer.error}: ${query}`)
    taken.push((await cpuMs(url)) - before)
    series = answer.data.result.length
  }
  return { ...target, series, ms: taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)]! }
}

/** How many series Prometheus finds for a selector at the end. */
async function count(url: string, selector: string) {
  const response = await fetch(
    `${url}/api/v1/query?time=${end - 1}&query=count(${encodeURIComponent(selector)})`,
  )
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? 0)
}

let prometheus: Awaited<ReturnType<typeof startPrometheus>> | undefined
try {
  const sets = labelSets(Number(options.sets))
  if (!kept) {
    console.error('writes a day of points, which takes a few minutes')
    const recorded = ofThirtyDays(sets)
    await fill(recorded, end - 30 * DAY, end - DAY, 29 * DAY)
    const day = ofOneDay(sets)
    const numbers = day.filter((one): one is Numbers => !isHistogram(one))
    await fill([...numbers, ...recorded], end - DAY, end, BLOCK)
    await fillHistograms(day.filter(isHistogram), end - DAY, end)
    await rm(join(folder, 'points'))
    await writeFile(done, String(end))
  }
  prometheus = await startPrometheus('data')
  const { url } = prometheus
  const all = await count(url, '{__name__=~".+"}')
  const histograms = await count(
    url,
    '{__name__=~".+_(duration|chunk)_seconds|.+_operation_.+|.+_per_second"}',
  )
  if (histograms === 0) throw new Error('Prometheus has no histograms at the end')
  const rows: string[][] = []
  let slow = 0
  for (const board of Object.values(dashboards)) {
    const row = [board.title ?? '']
    for (const [name, range] of Object.entries(RANGES)) {
      const timed: Timed[] = []
      for (const target of targets(board)) timed.push(await time(url, target, range))
      timed.sort((a, b) => b.ms - a.ms)
      const [slowest] = timed
      slow += timed.filter(({ ms }) => ms > LIMIT_MS).length
      if (row.length === 1) row.push(String(timed.length))
      row.push(`${Math.round(slowest!.ms)} ms`, slowest!.where)
      if (options.queries) {
        for (const { ms, where, series, expr } of timed)
          console.error(`${Math.round(ms)} ms\t${name}\t${board.uid}\t${where}\t${series} series\t${expr}`)
      }
    }
    rows.push(row)
  }
  const heads = Object.keys(RANGES).flatMap((name) => [`slowest, ${name}`, 'which'])
  console.log(table(['dashboard', 'queries', ...heads], rows, 0))
  console.log(
    `\n${all} series, ${histograms} of them histograms, a point each ${STEP} s for 24 h; ${cpus().length} × ${cpus()[0]?.model.trim()}.`,
  )
  if (slow > 0) {
    console.error(`${slow} queries took longer than ${LIMIT_MS} ms`)
    process.exitCode = 1
  }
} finally {
  if (prometheus) await docker('rm', '--force', '--volumes', prometheus.id)
  if (!options.keep) await rm(folder, { recursive: true, force: true })
}
