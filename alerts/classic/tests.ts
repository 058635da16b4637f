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
      ...(series && { input_series: series.flatMap(classicSeries) }),
      ...(expressions && {
        promql_expr_test: expressions.map((one) => ({ ...one, expr: toClassic(one.expr) })),
      }),
    })),
  }
}

function classicSeries({ series, values }: Series): Series[] {
  const [, name, labels = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(series)!
  if (histogramIn(name!) === undefined) return [{ series, values }]
  const of = (part: 'bucket' | 'count', ...more: string[]) =>
    `${classicName(name!, part)}{${[...(labels ? [labels] : []), ...more].join(',')}}`
  const below = (bound: number) => numbers(values, (histogram) => countUntil(histogram, bound))
  return [
    { series: of('count'), values: below(Infinity) },
    ...bounds.map((bound) => ({
      series: of('bucket', `le="${bound === Infinity ? '+Inf' : bound}"`),
      values: below(bound),
    })),
  ]
}

/** What promtool reads as a sequence of histograms, as one of numbers: `{{count:1 …}}+{{count:2 …}}x9` as `1+2x9`. */
function numbers(values: string, read: (histogram: string) => number): string {
  return values.replace(/\{\{(.*?)\}\}/g, (_, histogram: string) => String(read(histogram)))
}

/** How many of a histogram's observations are in buckets that end at or below a bound. */
function countUntil(histogram: string, bound: number): number {
  const field = (name: string, none: string) =>
    new RegExp(`\\b${name}:(\\[[^\\]]*\\]|\\S+)`).exec(histogram)?.[1] ?? none
  const known = /^(\s*(schema|offset|sum|count|buckets):(\[[^\]]*\]|\S+))*\s*$/
  if (!known.test(histogram)) throw new Error(`no classic form of {{${histogram}}}`)
  if (bound === Infinity) return Number(field('count', '0'))
  const [schema, offset] = [Number(field('schema', '0')), Number(field('offset', '0'))]
  const buckets = field('buckets', '[]').slice(1, -1).split(' ').map(Number)
  const end = (i: number) => 2 ** ((offset + i) / 2 ** schema)
  // Sums of halves and tenths are not exact, and neither were they written so.
  return Number(buckets.reduce((sum, count, i) => sum + (end(i) <= bound ? count : 0), 0).toFixed(6))
}
