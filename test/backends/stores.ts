/** What the backends say that they have. */

const ask = async <T>(url: string, body?: object): Promise<T> => {
  const response = await fetch(url, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

export interface Sums {
  spans?: number
  input: number
  output: number
  cost: number
}

/** What VictoriaMetrics answers to the query of the dashboards. */
export async function victoriaMetrics(url: string): Promise<Sums> {
  const sum = async (counter: string) => {
    const query = `sum(last_over_time(gen_ai_client_inference_usage_${counter}_total[5m]))`
    const { data } = await ask<{ data: { result: { value: [number, string] }[] } }>(
      `${url}/api/v1/query?query=${encodeURIComponent(query)}`,
    )
    return Number(data.result[0]?.value[1] ?? NaN)
  }
  return { input: await sum('input_tokens'), output: await sum('output_tokens'), cost: await sum('cost') }
}

/** What MLflow has of the traces, and its own cost. */
export async function mlflow(url: string): Promise<Sums & { traces: number; costs: Map<string, number> }> {
  // Without an error, usage or cost there is none.
  const traces: { trace_id: string; trace_metadata?: Record<string, string> }[] = []
  for (let token = ''; ;) {
    const page = await ask<{ traces?: typeof traces; next_page_token?: string }>(
      `${url}/api/3.0/mlflow/traces/search`,
      {
        locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }],
        max_results: 100,
        ...(token && { page_token: token }),
      },
    )
    traces.push(...(page.traces ?? []))
    token = page.next_page_token ?? ''
    if (!token) break
  }
  const sums = {
    spans: 0,
    traces: traces.length,
    input: 0,
    output: 0,
    cost: 0,
    costs: new Map<string, number>(),
  }
  for (const { trace_id, trace_metadata } of traces) {
    const read = <T>(key: string) => JSON.parse(trace_metadata?.[`mlflow.trace.${key}`] ?? '{}') as T
    const usage = read<{ input_tokens?: number; output_tokens?: number }>('tokenUsage')
    const cost = read<{ total_cost?: number }>('cost')
    sums.spans += read<{ num_spans?: number }>('sizeStats').num_spans ?? 0
    sums.input += usage.input_tokens ?? 0
    sums.output += usage.output_tokens ?? 0
    sums.cost += cost.total_cost ?? 0
    // `tr-` and the trace's own id.
    sums.costs.set(trace_id.slice(3), cost.total_cost ?? 0)
  }
  return sums
}

/** What Phoenix has of the spans, and its own cost. */
export async function phoenix(url: string, project: string): Promise<Sums> {
  interface Span {
    span_kind: string
    attributes: Record<string, unknown>
  }
  const spans: Span[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { data: Span[]; next_cursor: string | null } = await ask(
      `${url}/v1/projects/${project}/spans?limit=1000${cursor && `&cursor=${cursor}`}`,
    )
    spans.push(...page.data)
    cursor = page.next_cursor
  }
  const number = ({ attributes }: Span, key: string) => Number(attributes[key] ?? 0)
  const calls = spans.filter(({ span_kind }) => span_kind === 'LLM' || span_kind === 'EMBEDDING')
  const { data } = await ask<{
    data: { projects: { edges: { node: { name: string; costSummary: { total: { cost: number } } } }[] } }
  }>(`${url}/graphql`, {
    query: '{ projects { edges { node { name costSummary { total { cost } } } } } }',
  })
  return {
    spans: spans.length,
    input: calls.reduce((sum, span) => sum + number(span, 'llm.token_count.prompt'), 0),
    output: calls.reduce((sum, span) => sum + number(span, 'llm.token_count.completion'), 0),
    cost: data.projects.edges.find(({ node }) => node.name === project)!.node.costSummary.total.cost,
  }
}
