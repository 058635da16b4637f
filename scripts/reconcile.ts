/**
 * Compares what Prometheus has counted with the spans in the trace store, Tempo or Jaeger: calls, tokens and cost, by service and model.
 *
 *   npm run reconcile                          the last hour of the local stack
 *   npm run reconcile -- --since 24h --until 1h
 *   npm run reconcile -- --tempo http://tempo:3200 --prometheus http://prometheus:9090
 *   npm run reconcile -- --jaeger http://jaeger:16686
 *
 * It reads a bounded amount at once, and waits where the store is busy: it never takes it down.
 *
 * Exit code: 0 they agree, 1 they differ (the differences are printed), 2 they could not be compared.
 */
import { parseArgs, styleText } from 'node:util'
import { increases } from './lib/prometheus.ts'
import { counterOf, difference, QUANTITIES, reconcile } from './lib/reconcile.ts'
import type { Compared, Quantity } from './lib/reconcile.ts'
import { duration } from './lib/duration.ts'
import { reach } from './lib/reach.ts'
import { table } from './lib/table.ts'
import { namedStore } from './lib/named-store.ts'

const help = `npm run reconcile [-- options]

  --since <duration>    how far back the range begins (default 1h; 90s, 15m, 24h, 7d)
  --until <duration>    how long ago it ends (default 1m: Tempo's search lags behind by half a minute)
  --settle <duration>   how long after its end a call is counted at most (default 45s)
  --tempo <url>         default: the local stack's, http://localhost:3200
  --jaeger <url>        in place of Tempo; default, where only it answers: the local stack's, http://localhost:16686
  --prometheus <url>    default: the local stack's, http://localhost:9090
  --all                 print what agrees as well`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      since: { type: 'string', default: '1h' },
      until: { type: 'string', default: '1m' },
      settle: { type: 'string', default: '45s' },
      tempo: { type: 'string' },
      jaeger: { type: 'string' },
      prometheus: { type: 'string', default: `http://localhost:${process.env['PROMETHEUS_PORT'] || 9090}` },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(help)
    return 0
  }
  const now = Date.now()
  const range = { from: now - duration(values.since) * 1000, to: now - duration(values.until) * 1000 }
  const settle = duration(values.settle) * 1000
  if (range.from >= range.to) throw new Error('--since must be longer ago than --until')
  if (range.to - range.from <= settle) throw new Error('the range must be longer than --settle')

  const store = await namedStore(values)
  const storeName = `${store.name} (${store.url})`
  let calls = await reach(storeName, () => store.calls(range.from - settle, range.to))
  const counted = Object.fromEntries(
    await reach(`Prometheus (${values.prometheus})`, () =>
      Promise.all(
        QUANTITIES.map(
          async (quantity) =>
            [
              quantity,
              await increases(values.prometheus, counterOf(quantity), range.from, range.to),
            ] as const,
        ),
      ),
    ),
  ) as Record<Quantity, Awaited<ReturnType<typeof increases>>>
  const compare = () => reconcile(calls, counted, range, settle)
  let rows = compare()
  // Services that differ are looked at again, trace by trace.
  const suspects = new Set(rows.filter((row) => difference(row) !== 0).map(({ service }) => service))
  if (suspects.size > 0) {
    const again = [
      ...new Set(calls.filter((call) => suspects.has(call.service)).map(({ traceId }) => traceId)),
    ]
    const read = await reach(storeName, () => store.callsOf(again, range.from - settle, range.to))
    const reread = new Set(again)
    calls = [...calls.filter(({ traceId }) => !reread.has(traceId)), ...read]
    rows = compare()
  }
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19) + 'Z'
  const where = `${iso(range.from)} to ${iso(range.to)}`
  if (rows.length === 0) throw new Error(`Neither ${store.name} nor Prometheus has a call from ${where}`)

  const differ = rows.filter((row) => difference(row) !== 0)
  const shown = values.all ? rows : differ
  if (shown.length > 0) {
    const head = ['service', 'model', 'what', `in ${store.name}`, 'in Prometheus', 'difference']
    console.log(`${table(head, shown.map(cells), 3)}\n`)
  }
  const agree = `${rows.length - differ.length} of ${rows.length} sums agree`
  const stands = calls.reduce((sum, { standsFor }) => sum + standsFor, 0)
  const sampled = stands > calls.length ? `, which stand for ${stands}` : ''
  console.log(`${where}: ${calls.length} calls in ${store.name}${sampled}; ${agree}.`)
  const loose = rows.filter(({ atLeast, atMost }) => atLeast !== atMost).length
  if (loose > 0) {
    console.log(
      `${loose} of them only to the calls within ${values.settle} of an edge of the range, which may be counted on either side.`,
    )
  }
  return differ.length > 0 ? 1 : 0
}

function cells(row: Compared): string[] {
  const show = (value: number) =>
    row.quantity === 'cost' ? `${value.toFixed(6)} USD` : Math.round(value).toLocaleString('en-US')
  const off = difference(row)
  return [
    row.service,
    row.model || '(none)',
    row.quantity,
    row.atLeast === row.atMost ? show(row.atMost) : `${show(row.atLeast)} to ${show(row.atMost)}`,
    show(row.prometheus),
    off === 0 ? '' : `${off > 0 ? '+' : ''}${show(off)}`,
  ]
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(styleText('red', `Could not compare: ${(error as Error).message}`))
  process.exitCode = 2
}
