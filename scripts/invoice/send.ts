import { type Row, sameUsd } from './compare.ts'
import { type Day, startOf } from './days.ts'
import type { Explained } from './print.ts'
import type { ProviderName } from './report.ts'
import { REASONS } from './reasons/reason.ts'

/**
 * Gauges of the last day that was compared, as OTLP/JSON: of each provider what it charges and what the kit counted, the day,
 * and what differs by likely reason, models added up without regard to their sign. Every reason has a value each time, so
 * that none of yesterday's is left standing.
 */
export function gaugesOf(
  explained: readonly Explained[],
  providers: readonly ProviderName[],
  day: Day,
  now: number,
): object {
  const rows = explained.filter(({ row }) => row.day === day)
  const points: Record<string, object[]> = { cost: [], difference: [], day: [] }
  const point = (gauge: string, asDouble: number, attributes: Record<string, string>) =>
    points[gauge]!.push({
      timeUnixNano: `${now}000000`,
      asDouble,
      attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    })
  for (const provider of providers) {
    const mine = rows.filter(({ row }) => row.provider === provider)
    const name = { 'gen_ai.provider.name': provider }
    const sum = (of: (row: Row) => number) => mine.reduce((all, { row }) => all + of(row), 0)
    point(
      'cost',
      sum(({ reported }) => reported.usd),
      { ...name, 'genai.invoice.by': 'provider' },
    )
    point(
      'cost',
      sum(({ counted }) => counted.usd),
      { ...name, 'genai.invoice.by': 'kit' },
    )
    point('day', startOf(day) / 1000, name)
    for (const reason of REASONS) {
      const usd = mine
        .filter(
          ({ row, reasons }) => !sameUsd(row.reported.usd, row.counted.usd) && reasons[0]?.name === reason,
        )
        .reduce((all, { row }) => all + Math.abs(row.difference.usd), 0)
      point('difference', usd, { ...name, 'genai.invoice.reason': reason })
    }
  }
  const gauge = (what: string, unit: string, description: string) => ({
    name: `genai.invoice.${what}`,
    unit,
    description,
    gauge: { dataPoints: points[what] },
  })
  return {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'genai-invoice' } }] },
        scopeMetrics: [
          {
            scope: { name: 'genai-otel-kit/invoice' },
            metrics: [
              gauge(
                'cost',
                '{USD}',
                'What a provider charges for the day that was compared last, and what the kit counted.',
              ),
              gauge('difference', '{USD}', 'How much the two differ, by likely reason.'),
              gauge('day', 's', 'When that day began, since the epoch.'),
            ],
          },
        ],
      },
    ],
  }
}

/** Sends gauges by OTLP/HTTP. @param headers as OTEL_EXPORTER_OTLP_HEADERS has them: `key=value,key=value` */
export async function send(gauges: object, endpoint: string, headers = ''): Promise<void> {
  const url = `${endpoint.replace(/\/$/, '')}/v1/metrics`
  const own = headers
    .split(',')
    .filter((header) => header.includes('='))
    .map((header): [string, string] => {
      const at = header.indexOf('=')
      return [header.slice(0, at).trim(), decodeURIComponent(header.slice(at + 1).trim())]
    })
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...Object.fromEntries(own), 'content-type': 'application/json' },
    body: JSON.stringify(gauges),
    signal: AbortSignal.timeout(10_000),
  }).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as { code?: string }
    throw new Error(`the result could not be sent to ${url}: ${code ?? error.message}`)
  })
  if (!response.ok) throw new Error(`the result was not taken by ${url}: ${response.status}`)
}
