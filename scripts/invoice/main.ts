/**
 * Compares what the kit counted with what the providers report: tokens, requests and cost, by model and day (UTC).
 *
 *   npm run invoice                                 yesterday
 *   npm run invoice -- --from 2026-11-01 --to 2026-11-27
 *   npm run invoice -- --gemini billing.json        and Google's billing export
 *   npm run invoice -- --write                      and send the result by OTLP, for LLMInvoiceDiffers
 *   npm run -s invoice -- --focus > focus.csv       the kit's own cost, as FOCUS 1.3
 *
 * Exit code: 0 they agree, 1 they differ (with the likely reasons), 2 they could not be compared. See docs/invoice.md.
 */
import { parseArgs, styleText } from 'node:util'
import { compare, differs, providerMatcher, type Row } from './compare.ts'
import { type Day, DAY, dayOf, daysFrom, startOf } from './days.ts'
import { evidenceOf, hourAfter } from './evidence.ts'
import { focusCsv, readCharges } from './focus.ts'
import { readKit } from './kit.ts'
import { type Explained, jsonOf, sentencesOf, tableOf } from './print.ts'
import { type Source, sourcesOf } from './providers/index.ts'
import { explain } from './reasons/explain.ts'
import { gaugesOf, send } from './send.ts'

const help = `npm run invoice [-- options]

Keys, from the environment only: ANTHROPIC_ADMIN_KEY, OPENAI_ADMIN_KEY. What has neither key nor file is not compared.

  --from <day>          the first day, in UTC (default: yesterday)
  --to <day>            the last one (default: the first)
  --gemini <file>       Google's billing export, JSON or CSV
  --prometheus <url>    default: the local stack's, http://localhost:9090
  --match <matchers>    which series of the kit to read, such as 'deployment_environment_name="production"'
  --keys <ids>          ids of the API keys that instrumented services use, with commas between
  --all                 print what agrees as well
  --json                print all of it as JSON
  --write               send the result to the Collector as metrics
  --otlp <url>          where to (default: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318)
  --focus               print the kit's own cost as FOCUS 1.3 CSV, and compare nothing
  --account <id>        its BillingAccountId (default: unknown)
  --anthropic-url <url> in place of https://api.anthropic.com
  --openai-url <url>    in place of https://api.openai.com/v1`

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  gemini: { type: 'string' },
  prometheus: { type: 'string', default: `http://localhost:${process.env['PROMETHEUS_PORT'] || 9090}` },
  match: { type: 'string', default: '' },
  keys: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  otlp: { type: 'string', default: process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] || 'http://localhost:4318' },
  focus: { type: 'boolean', default: false },
  account: { type: 'string', default: 'unknown' },
  'anthropic-url': { type: 'string' },
  'openai-url': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(help)
    return 0
  }
  const now = Date.now()
  const first = values.from ?? values.to ?? dayOf(now - DAY)
  const days = daysFrom(first, values.to ?? first)
  if (startOf(days.at(-1)!) > now) throw new Error(`${days.at(-1)} has not begun yet`)
  const prometheus = values.prometheus.replace(/\/$/, '')
  if (values.focus) {
    const charges = await reach(prometheus, () => readCharges(prometheus, days, values.match))
    process.stdout.write(focusCsv(charges, values.account))
    return 0
  }

  const sources = sourcesOf(process.env, {
    anthropicUrl: values['anthropic-url'],
    openaiUrl: values['openai-url'],
    gemini: values.gemini,
  })
  if (sources.length === 0)
    throw new Error('set ANTHROPIC_ADMIN_KEY or OPENAI_ADMIN_KEY, or name a file with --gemini')
  const asked = {
    prometheus,
    match: values.match,
    days,
    ownKeys: values.keys === undefined ? undefined : new Set(values.keys.split(',').map((key) => key.trim())),
    now,
  }
  const explained = (await Promise.all(sources.map((source) => compareWith(source, asked)))).flat()
  explained.sort((a, b) => a.row.day.localeCompare(b.row.day))
  print(explained, days, values)
  if (values.write) {
    const providers = sources.map(({ provider }) => provider)
    const gauges = gaugesOf(explained, providers, days.at(-1)!, now)
    await send(gauges, values.otlp, process.env['OTEL_EXPORTER_OTLP_HEADERS'])
  }
  return explained.some(({ row }) => differs(row)) ? 1 : 0
}

async function compareWith(source: Source, asked: Parameters<typeof evidenceOf>[0]): Promise<Explained[]> {
  const { days, prometheus, match, now } = asked
  const report = await source.read(days)
  return reach(prometheus, async () => {
    const matchers = [providerMatcher([source.provider]), match].filter(Boolean).join(',')
    const to = Math.min(startOf(days.at(-1)!) + DAY, hourAfter(now))
    const counted = await readKit(prometheus, startOf(days[0]!), to, matchers)
    const rows = compare(report, counted, days)
    if (!rows.some(differs)) return rows.map((row): Explained => ({ row, reasons: [] }))
    const evidence = await evidenceOf(asked, source, report, rows)
    return rows.map((row: Row): Explained => ({ row, reasons: explain(row, evidence) }))
  })
}

function print(
  explained: readonly Explained[],
  days: readonly Day[],
  { all, json }: { all: boolean; json: boolean },
): void {
  if (json) {
    console.log(JSON.stringify(jsonOf(explained), null, 2))
    return
  }
  const where = days.length === 1 ? days[0]! : `${days[0]} to ${days.at(-1)}`
  const different = explained.filter(({ row }) => differs(row))
  const shown = all ? explained : different
  if (shown.length > 0) console.log(`${tableOf(shown)}\n`)
  if (different.length > 0) console.log(`${sentencesOf(explained)}\n`)
  const usd = (of: (row: Row) => number) => explained.reduce((sum, { row }) => sum + of(row), 0).toFixed(6)
  console.log(
    `${where}: the providers report ${usd(({ reported }) => reported.usd)} USD, the kit counted ${usd(({ counted }) => counted.usd)} USD; ${explained.length - different.length} of ${explained.length} models and days agree.`,
  )
}

/** fetch() says no more than "fetch failed"; its cause says why. */
async function reach<T>(prometheus: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const { message, cause } = error as Error
    const { code, message: why } = (cause ?? {}) as { code?: string; message?: string }
    if (message !== 'fetch failed') throw error
    throw new Error(`Prometheus (${prometheus}) could not be read: ${code ?? why ?? message}`, {
      cause: error,
    })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(styleText('red', `Could not compare: ${(error as Error).message}`))
  process.exitCode = 2
}
