export interface Series {
  labels: Record<string, string>
  /** Of a native histogram, its count. */
  value: number
}

type Labels = Record<string, string>
type Float = [number, string]
type Histogram = [number, { count: string; sum: string }]

/** An instant query. @throws with Prometheus' own message where it refuses the query. */
export async function query(prometheusUrl: string, promql: string): Promise<Series[]> {
  const { result } = await run<{ metric: Labels; value?: Float; histogram?: Histogram }>(
    prometheusUrl,
    promql,
  )
  return result.map(({ metric, value, histogram }) => ({
    labels: metric,
    value: value ? Number(value[1]) : Number(histogram![1].count),
  }))
}

/**
 * How often a histogram has counted, in PromQL: of the native one, or where the Collector makes classic ones
 * (GENAI_HISTOGRAMS=classic) of that.
 *
 * @param matchers such as `service_name="chat-api"`
 */
export const countOf = (histogram: string, matchers = '') =>
  `(histogram_count(${histogram}{${matchers}}) or ${histogram}_count{${matchers}})`

const rangeOf = (expression: string, window: string, step = '1s') =>
  /^[a-zA-Z_:][\w:]*(\{[^}]*\})?$/.test(expression)
    ? `${expression}[${window}]`
    : `${expression}[${window}:${step}]`

/**
 * The values in a range. A selector's are read as they are stored. Any other expression is evaluated every second: of
 * a counter that has a point every 5 s, and a 0 a second before the first, each step is seen.
 */
async function valuesOf(
  prometheusUrl: string,
  expression: string,
  window: string,
  at = '',
  step?: string,
): Promise<{ labels: Labels; values: number[] }[]> {
  const { result } = await run<{ metric: Labels; values?: Float[]; histograms?: Histogram[] }>(
    prometheusUrl,
    rangeOf(expression, window, step) + at,
  )
  return result.map(({ metric, values, histograms = [] }) => ({
    labels: metric,
    values: values?.map(([, text]) => Number(text)) ?? histograms.map(([, { count }]) => Number(count)),
  }))
}

/**
 * What each counter counted in all, over the resets that restarts of the Collector are, without increase()'s
 * extrapolation: the first value, and every rise since; after a reset the value itself.
 *
 * The window must reach back to before the series began, or what came before it is counted too.
 *
 * @param counter a selector, of a native histogram also, or `countOf` one
 */
export async function counterTotals(
  prometheusUrl: string,
  counter: string,
  window = '3h',
): Promise<Series[]> {
  const series = await valuesOf(prometheusUrl, counter, window)
  return series.map(({ labels, values }) => {
    let total = 0
    let previous = 0
    for (const value of values) {
      total += value < previous ? value : value - previous
      previous = value
    }
    return { labels, value: total }
  })
}

/** Longest range that is read at once, in milliseconds: bounds what Prometheus and this process hold. */
const CHUNK = 3_600_000
/** How far back a counter's value before the range is looked for, in seconds. */
const LOOKBACK = 3600

/**
 * What each counter counted after `fromMs` and up to `toMs` (milliseconds since the epoch): every rise
 * from one stored value to the next, after a reset the value itself. Nothing is extrapolated. A series that was silent
 * for an hour before the range counts as new in it.
 *
 * @param counter as of `counterTotals`
 */
export async function increases(
  prometheusUrl: string,
  counter: string,
  fromMs: number,
  toMs: number,
): Promise<Series[]> {
  const series = await increasesByHour(prometheusUrl, counter, fromMs, toMs, '1s')
  return series.map(({ labels, values }) => ({
    labels,
    value: values.reduce((sum, value) => sum + value, 0),
  }))
}

/**
 * The same, for each hour from `fromMs` on; the last may be shorter.
 *
 * @param step at which what is no selector is evaluated: 5 s sees each step of a counter that has a point every 5 s
 */
export async function increasesByHour(
  prometheusUrl: string,
  counter: string,
  fromMs: number,
  toMs: number,
  step = '5s',
): Promise<{ labels: Labels; values: number[] }[]> {
  const seconds = (ms: number) => (ms / 1000).toFixed(3)
  const hours = Math.max(0, Math.ceil((toMs - fromMs) / CHUNK))
  const rises = new Map<string, { labels: Labels; previous: number; values: number[] }>()
  const series = (all: Labels) => {
    // Functions keep the name or not, by the version of Prometheus.
    const labels = Object.fromEntries(Object.entries(all).filter(([name]) => name !== '__name__'))
    const key = JSON.stringify(Object.entries(labels).sort())
    const known = rises.get(key) ?? { labels, previous: 0, values: new Array<number>(hours).fill(0) }
    rises.set(key, known)
    return known
  }
  const before = `last_over_time(${rangeOf(counter, `${LOOKBACK}s`, step)} @ ${seconds(fromMs)})`
  for (const { labels, value } of await query(prometheusUrl, before)) series(labels).previous = value
  for (let hour = 0; hour < hours; hour++) {
    const from = fromMs + hour * CHUNK
    const to = Math.min(from + CHUNK, toMs)
    const window = `${Math.round(to - from)}ms`
    for (const { labels, values } of await valuesOf(
      prometheusUrl,
      counter,
      window,
      ` @ ${seconds(to)}`,
      step,
    )) {
      const rise = series(labels)
      for (const value of values) {
        rise.values[hour]! += value < rise.previous ? value : value - rise.previous
        rise.previous = value
      }
    }
  }
  return [...rises.values()].map(({ labels, values }) => ({ labels, values }))
}

async function run<T>(prometheusUrl: string, promql: string): Promise<{ result: T[] }> {
  const response = await fetch(`${prometheusUrl}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: promql }),
  })
  const answer = (await response.json()) as { status: string; error?: string; data: { result: T[] } }
  if (answer.status !== 'success') throw new Error(`Prometheus refuses ${promql}: ${answer.error}`)
  return answer.data
}
