import { ApiError } from '../api-error.ts'

export const WIDTHS = { '1m': 60_000, '1h': 3_600_000, '1d': 86_400_000 } as const
export type Width = keyof typeof WIDTHS

/** How many buckets a page has: unless told otherwise, and at most. Both providers document the same. */
export const LIMITS: Record<Width, { usual: number; most: number }> = {
  '1m': { usual: 60, most: 1440 },
  '1h': { usual: 24, most: 168 },
  '1d': { usual: 7, most: 31 },
}

export interface Range {
  width: Width
  /** Milliseconds since the epoch. */
  from: number
  to: number
  limit: number
  /** The `next_page` of the page before. */
  page: string | undefined
}

export interface Page<T> {
  buckets: { from: number; to: number; items: T[] }[]
  /** null: this is the last page. */
  next: string | null
}

/** The buckets of one page, those in which nothing happened as well. @throws ApiError 400 for a page that it never named */
export function pageOf<T extends { time: number }>(items: readonly T[], range: Range): Page<T> {
  const width = WIDTHS[range.width]
  const first = range.page === undefined ? Math.floor(range.from / width) * width : tokenTime(range.page)
  const buckets: Page<T>['buckets'] = []
  let from = first
  for (; from < range.to && buckets.length < range.limit; from += width) {
    const to = from + width
    buckets.push({ from, to, items: items.filter(({ time }) => time >= from && time < to) })
  }
  return { buckets, next: from < range.to ? token(from) : null }
}

/** As Anthropic's reference shows it: `page_` and the next bucket's start in Base64. */
const token = (time: number) => `page_${Buffer.from(rfc3339(time)).toString('base64')}`

function tokenTime(page: string): number {
  const time = Date.parse(Buffer.from(page.replace(/^page_/, ''), 'base64').toString())
  if (!page.startsWith('page_') || Number.isNaN(time)) throw new ApiError(400, { message: 'page: not valid' })
  return time
}

export const rfc3339 = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z')

/** The items that are alike by some of their dimensions, together. Without a dimension: all. */
export function groupsOf<T, Key extends string>(
  items: readonly T[],
  by: readonly Key[],
  valueOf: (item: T, dimension: Key) => unknown,
): T[][] {
  const groups = Map.groupBy(items, (item) => JSON.stringify(by.map((dimension) => valueOf(item, dimension))))
  return [...groups.values()]
}
