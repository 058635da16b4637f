import { histogramIn } from '../histograms.ts'
import { classicName, toClassic } from './rewrite.ts'

interface Series {
  series: string
  values: string
}

interface TestCase {
  name?: string
  input_series?: Series[]
  promql_expr_test?: { expr: string; [key: string]: unknown }[]
  [key: string]: unknown
}

/** A file of promtool tests, with all of its values as text. */
export interface TestFile {
  tests: TestCase[]
  [key: string]: unknown
}

/** As the Collector has them where it is told to make classic histograms. */
const bounds = [0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10, 15, 20, 30, 60, 120, 300, 600, Infinity]

/**
 * A promtool test of the rules on native histograms as one of the rules on classic ones: each native series as its
 * `_count` and its `_bucket`s, each expression as its classic form. A native bucket goes to the classic one that holds its
 * upper bound.
 *
 * @throws where a series or an expression has no classic form
 */
export function classicTest(file: TestFile): TestFile {
  return {
    ...file,
    tests: file.tests.map(({ input_series: series, promql_expr_test: expressions, ...rest }) => ({
      ...rest,
      ...(series && { input_series: classicSeries(series) }),
      ...(expressions && {
        promql_expr_test: expressions.map((one) => ({ ...one, expr: toClassic(one.expr) })),
      }),
    })),
  }
}

/** All in one test have the same bounds: those that something is in, from one to the next. */
function classicSeries(all: Series[]): Series[] {
  const native = all.filter(({ series }) => histogramIn(nameOf(series)) !== undefined)
  const ends = native.flatMap(({ values }) =>
    histogramsIn(values).flatMap((one) => one.buckets.map(({ end }) => end)),
  )
  const used = new Set(ends.map((end) => bounds.findIndex((bound) => end <= bound)))
  const kept = bounds.filter((bound, i) => bound === Infinity || used.has(i) || used.has(i + 1))
  return all.flatMap((one) => (native.includes(one) ? classicForms(one, kept) : [one]))
}

const nameOf = (series: string) => series.replace(/\{.*/, '')

function classicForms({ series, values }: Series, kept: readonly number[]): Series[] {
  const name = nameOf(series)
  const labels = series.slice(name.length + 1, -1)
  const of = (part: 'bucket' | 'count', ...more: string[]) =>
    `${classicName(name, part)}{${[...(labels ? [labels] : []), ...more].join(',')}}`
  return [
    { series: of('count'), values: numbers(values, ({ count }) => count) },
    ...kept.map((bound) => ({
      series: of('bucket', `le="${bound === Infinity ? '+Inf' : bound}"`),
      values: numbers(values, (one) => (bound === Infinity ? one.count : countUntil(one, bound))),
    })),
  ]
}

const histogram = /\{\{(.*?)\}\}/g

/** What promtool reads as a sequence of histograms, as one of numbers: `{{count:1 …}}+{{count:2 …}}x9` as `1+2x9`. */
function numbers(values: string, read: (histogram: Histogram) => number): string {
  return values.replace(histogram, (_, fields: string) => String(read(parse(fields))))
}

const histogramsIn = (values: string) => [...values.matchAll(histogram)].map(([, fields]) => parse(fields!))

interface Histogram {
  count: number
  /** Those that are not empty. */
  buckets: { end: number; count: number }[]
}

/** What is between `{{` and `}}`. @throws where there is more than this knows */
function parse(fields: string): Histogram {
  const known = /^(\s*(schema|offset|sum|count|buckets):(\[[^\]]*\]|\S+))*\s*$/
  if (!known.test(fields)) throw new Error(`no classic form of {{${fields}}}`)
  const number = (name: string) => Number(new RegExp(`\\b${name}:(\\S+)`).exec(fields)?.[1] ?? 0)
  const [schema, offset] = [number('schema'), number('offset')]
  const list = /\bbuckets:\[([^\]]*)\]/.exec(fields)?.[1] ?? ''
  const buckets = list
    .split(' ')
    .map((count, i) => ({ end: 2 ** ((offset + i) / 2 ** schema), count: Number(count) }))
    .filter(({ count }) => count > 0)
  return { count: number('count'), buckets }
}

/** How many of a histogram's observations are in buckets that end at or below a bound. */
function countUntil({ buckets }: Histogram, bound: number): number {
  const sum = buckets.reduce((sum, { end, count }) => sum + (end <= bound ? count : 0), 0)
  // Sums of halves and tenths are not exact, and neither were they written so.
  return Number(sum.toFixed(6))
}
