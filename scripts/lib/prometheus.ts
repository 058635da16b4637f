export interface Series {
  labels: Record<string, string>
  value: number
}

/** An instant query. @throws with Prometheus' own message where it refuses the query. */
export async function query(prometheusUrl: string, promql: string): Promise<Series[]> {
  const { result } = await run<{ metric: Record<string, string>; value: [number, string] }>(
    prometheusUrl,
    promql,
  )
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

/**
 * What each counter counted in all, over the resets that restarts of the Collector are, without increase()'s
 * extrapolation: the first value, and every rise since; after a reset the value itself.
 *
 * The window must reach back to before the series began, or what came before it is counted too.
 */
export async function counterTotals(
  prometheusUrl: string,
  selector: string,
  window = '3h',
): Promise<Series[]> {
  const { result } = await run<{ metric: Record<string, string>; values: [number, string][] }>(
    prometheusUrl,
    `${selector}[${window}]`,
  )
  return result.map(({ metric, values }) => {
    let total = 0
    let previous = 0
    for (const [, text] of values) {
      const value = Number(text)
      total += value < previous ? value : value - previous
      previous = value
    }
    return { labels: metric, value: total }
  })
}

/** Longest range that is read at once, in milliseconds: bounds what Prometheus and this process hold. */
const CHUNK = 3_600_000
/** How far back a counter's value before the range is looked for, in seconds. */
const LOOKBACK = 3600

/**
 * What each counter of a selector counted after `fromMs` and up to `toMs` (milliseconds since the epoch): every rise
 * from one stored value to the next, after a reset the value itself. Nothing is extrapolated. A series that was silent
 * for an hour before the range counts as new in it.
 */
export async function increases(
  prometheusUrl: string,
  selector: string,
  fromMs: number,
  toMs: number,
): Promise<Series[]> {
  const seconds = (ms: number) => (ms / 1000).toFixed(3)
  const rises = new Map<string, { labels: Record<string, string>; previous: number; total: number }>()
  const series = (labels: Record<string, string>) => {
    const key = JSON.stringify(Object.entries(labels).sort())
    const known = rises.get(key) ?? { labels, previous: 0, total: 0 }
    rises.set(key, known)
    return known
  }
  const before = `last_over_time(${selector}[${LOOKBACK}s] @ ${seconds(fromMs)})`
  const name = /^[a-zA-Z_:][\w:]*/.exec(selector)?.[0]
  for (const { labels, value } of await query(prometheusUrl, before)) {
    // last_over_time() keeps the name or not, by the version of Prometheus.
    series(name === undefined ? labels : { ...labels, __name__: name }).previous = value
  }
  for (let from = fromMs; from < toMs; from += CHUNK) {
    const to = Math.min(from + CHUNK, toMs)
    const range = `${selector}[${Math.round(to - from)}ms] @ ${seconds(to)}`
    const { result } = await run<{ metric: Record<string, string>; values: [number, string][] }>(
      prometheusUrl,
      range,
    )
    for (const { metric, values } of result) {
      const counter = series(metric)
      for (const [, text] of values) {
        const value = Number(text)
        counter.total += value < counter.previous ? value : value - counter.previous
        counter.previous = value
      }
    }
  }
  return [...rises.values()].map(({ labels, total }) => ({ labels, value: total }))
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
