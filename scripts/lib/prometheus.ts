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

async function run<T>(prometheusUrl: string, promql: string): Promise<{ result: T[] }> {
  const response = await fetch(`${prometheusUrl}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: promql }),
  })
  const answer = (await response.json()) as { status: string; error?: string; data: { result: T[] } }
  if (answer.status !== 'success') throw new Error(`Prometheus refuses ${promql}: ${answer.error}`)
  return answer.data
}
