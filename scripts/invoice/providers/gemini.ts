import { readFile } from 'node:fs/promises'
import { parseCsv } from '../csv.ts'
import { dayOf, type Day } from '../days.ts'
import type { Report, ReportedCost, ReportedUsage } from '../report.ts'
import { type Kind, noUsage } from '../usage.ts'

/**
 * Google's Cloud Billing export, as a file of BigQuery: JSON (an array, or a row a line, nested as the table is) or CSV
 * (flattened by the query in docs/invoice.md). There is no API for it.
 * https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage
 *
 * `usage_start_time` is UTC, in hours. Rows come up to a day later. Usage is told by SKU, whose names no reference lists.
 */
export async function geminiReport(file: string, days: readonly Day[]): Promise<Report> {
  const wanted = new Set(days)
  const rows = rowsOf(await readFile(file, 'utf8')).filter(
    ({ day, service }) => SERVICES.test(service) && wanted.has(day),
  )
  return {
    provider: 'gcp.gemini',
    usage: rows.flatMap((row): ReportedUsage[] => {
      const sku = readSku(row.sku)
      if (sku.kind === undefined) return []
      return [
        {
          day: row.day,
          model: sku.model,
          usage: { ...noUsage(), [sku.kind]: row.amount },
          requests: undefined,
          key: row.project,
          batch: sku.batch,
          tier: undefined,
        },
      ]
    }),
    costs: rows.map((row): ReportedCost => {
      const { model, kind } = readSku(row.sku)
      return { day: row.day, model: kind === undefined ? '' : model, kind, what: row.sku, usd: row.usd }
    }),
  }
}

const SERVICES = /^(gemini api|generative language api)$/i

interface Sku {
  /** '' where the SKU names none. */
  model: string
  /** undefined: it counts no tokens. */
  kind: Kind | undefined
  batch: boolean
}

/** `Generate content cached input token count gemini 2.5 flash short input text`, `Generate_content text output token count for gemini 3 pro batch` */
export function readSku(sku: string): Sku {
  const text = sku.toLowerCase().replaceAll('_', ' ')
  const batch = /\bbatch\b/.test(text)
  const [, cached, direction, rest] = /\b(cached )?(input|output) token count (?:for )?(.*)$/.exec(text) ?? []
  if (direction === undefined) return { model: '', kind: undefined, batch }
  const kind = direction === 'output' ? 'output' : cached ? 'cacheRead' : 'uncached'
  const name =
    /^(gemini|gemma)[ -]([\d.]+)((?:[ -](?:pro|flash|lite|nano|ultra|image|live|tts|embedding|preview))*)/.exec(
      rest!,
    )
  const embedding = /^gemini[ -]embedding(?:[ -]\d+)*/.exec(rest!)
  const model = (name ?? embedding)?.[0].replaceAll(' ', '-') ?? ''
  return { model, kind, batch }
}

interface Row {
  day: Day
  service: string
  sku: string
  amount: number
  usd: number
  project: string | null
}

/** As BigQuery writes it: numbers of 64 bits are strings. */
interface Exported {
  usage_start_time?: string
  service?: { description?: string }
  sku?: { description?: string }
  project?: { id?: string | null } | null
  usage?: { amount?: string | number | null }
  cost?: string | number
  currency?: string
  currency_conversion_rate?: string | number | null
  credits?: { amount: string | number }[] | null
}

function rowsOf(text: string): Row[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) return (JSON.parse(trimmed) as Exported[]).map(rowOf)
  if (trimmed.startsWith('{')) return trimmed.split('\n').map((line) => rowOf(JSON.parse(line) as Exported))
  return parseCsv(text).map((row) =>
    rowOf({
      usage_start_time: row['usage_start_time'],
      service: { description: row['service_description'] },
      sku: { description: row['sku_description'] },
      project: { id: row['project_id'] || null },
      usage: { amount: row['usage_amount'] },
      cost: row['cost'],
      currency: row['currency'] || undefined,
      currency_conversion_rate: row['currency_conversion_rate'] || undefined,
      credits: row['credits'] ? [{ amount: row['credits'] }] : [],
    } as Exported),
  )
}

function rowOf(row: Exported): Row {
  const start = Date.parse(isoTime(row.usage_start_time ?? ''))
  const cost = Number(row.cost)
  if (Number.isNaN(start) || Number.isNaN(cost) || !row.sku?.description)
    throw new Error('the billing export has a row without usage_start_time, sku or cost')
  const credits = (row.credits ?? []).reduce((sum, { amount }) => sum + Number(amount), 0)
  return {
    day: dayOf(start),
    service: row.service?.description ?? '',
    sku: row.sku.description,
    amount: Number(row.usage?.amount ?? 0),
    usd:
      (cost + credits) /
      Number((row.currency ?? 'USD') === 'USD' ? 1 : (row.currency_conversion_rate ?? NaN)),
    project: row.project?.id ?? null,
  }
}

/** BigQuery writes `2026-11-27 10:00:00 UTC`, too. */
const isoTime = (text: string) => text.replace(/^(\S+) (\S+) UTC$/, '$1T$2Z')
