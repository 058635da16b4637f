import { table } from '../lib/table.ts'
import { differs, type Row, sameUsd } from './compare.ts'
import type { Reason } from './reasons/reason.ts'
import { KIND_NAMES, KINDS } from './usage.ts'

export interface Explained {
  row: Row
  reasons: Reason[]
}

/** A line for each quantity of a row; of one that is nothing on both sides, none. */
export function tableOf(explained: readonly Explained[]): string {
  const head = ['day (UTC)', 'provider', 'model', 'what', 'by the provider', 'by the kit', 'difference']
  return table(
    head,
    explained.flatMap(({ row }) => linesOf(row)),
    4,
  )
}

function linesOf(row: Row): string[][] {
  const { reported, counted, difference } = row
  const name = [row.day, row.provider, row.model]
  const count = (value: number | undefined) =>
    value === undefined ? '' : Math.round(value).toLocaleString('en-US')
  const signed = (text: string, value: number) => (value > 0 ? `+${text}` : text)
  const tokens = KINDS.filter(
    (kind) => Math.round(reported.usage[kind]) !== 0 || Math.round(counted.usage[kind]) !== 0,
  ).map((kind) => {
    const off = Math.round(difference.usage[kind])
    return [
      KIND_NAMES[kind],
      count(reported.usage[kind]),
      count(counted.usage[kind]),
      off === 0 ? '' : signed(count(off), off),
    ]
  })
  const requests =
    counted.requests === 0 && !reported.requests
      ? []
      : [
          [
            'requests',
            reported.requests === undefined ? 'not told' : count(reported.requests),
            count(counted.requests),
            difference.requests ? signed(count(difference.requests), difference.requests) : '',
          ],
        ]
  const usd = (value: number) => `${value.toFixed(6)} USD`
  const cost = [
    'cost',
    usd(reported.usd),
    usd(counted.usd),
    sameUsd(reported.usd, counted.usd) ? '' : signed(usd(difference.usd), difference.usd),
  ]
  return [...requests, ...tokens, cost].map((cells) => [...name, ...cells])
}

/** What differs, in words. */
export function sentencesOf(explained: readonly Explained[]): string {
  return explained
    .filter(({ row }) => differs(row))
    .map(({ row, reasons }) => {
      const { usd } = row.difference
      const money = sameUsd(row.reported.usd, row.counted.usd)
        ? 'the same cost'
        : `${Math.abs(usd).toFixed(6)} USD ${usd > 0 ? 'more' : 'less'} than the kit counted`
      const why = reasons.map(({ name, text }) => `${name} (${text})`).join('; ')
      return `${row.day} ${row.provider} ${row.model}: ${money}. Likely: ${why}.`
    })
    .join('\n')
}

/** For programs. */
export function jsonOf(explained: readonly Explained[]): object[] {
  return explained.map(({ row, reasons }) => ({
    day: row.day,
    provider: row.provider,
    model: row.model,
    reported: { tokens: row.reported.usage, requests: row.reported.requests ?? null, usd: row.reported.usd },
    counted: {
      tokens: row.counted.usage,
      requests: row.counted.requests,
      usd: row.counted.usd,
      unpriced: row.counted.unpriced,
    },
    difference: {
      tokens: row.difference.usage,
      requests: row.difference.requests ?? null,
      usd: row.difference.usd,
    },
    reasons,
  }))
}
