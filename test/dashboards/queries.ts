import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  type Target,
  targets,
  type TraceTarget,
  traceTargets,
  withEverythingSelected,
} from '../../grafana/src/targets.ts'
import type { Stack } from '../lib/stack.ts'
import { mayBeEmpty, recordedLater } from './empty.ts'

/** The last half hour, as a dashboard of that time range would ask for it. */
const range = 1800

type Sample = [number, string]
/** A native histogram at one moment. */
type Spread = [number, { count: string; sum: string }]

interface PrometheusAnswer {
  status: string
  error?: string
  data: { result: { value?: Sample; values?: Sample[]; histogram?: Spread; histograms?: Spread[] }[] }
}

/** What is wrong with the answer to a query: an error, or nothing found. Undefined where all is well. */
export async function problemOf(stack: Stack, target: Target): Promise<string | undefined> {
  const now = Date.now() / 1000
  const query = withEverythingSelected(target.expr, range)
  const answer = await ask(
    stack,
    query,
    target.instant ? { time: now } : { start: now - range, end: now, step: 15 },
  )
  if (answer.status !== 'success') return `${target.where}: ${answer.error ?? 'error'}: ${query}`
  const numbers = answer.data.result
    .flatMap(({ value, values = [], histogram, histograms = [] }) => [
      ...(value ? [value] : values).map(([, number]) => number),
      ...(histogram ? [histogram] : histograms).map(([, { count }]) => count),
    ])
    .filter((number) => number !== 'NaN')
  return numbers.length === 0 && !(target.where in mayBeEmpty) && !recordedLater.test(target.expr)
    ? `${target.where}: nothing: ${query}`
    : undefined
}

/** As `problemOf`, of TraceQL. */
export async function traceProblemOf(stack: Stack, target: TraceTarget): Promise<string | undefined> {
  const end = Math.ceil(Date.now() / 1000)
  const query = withEverythingSelected(target.query, range)
  const parameters = { q: query, limit: target.limit, spss: target.spss, start: end - range, end }
  const response = await fetch(`${stack.url('tempo')}/api/search?${text(parameters)}`)
  if (!response.ok) return `${target.where}: ${await response.text()}: ${query}`
  const { traces = [] } = (await response.json()) as { traces?: unknown[] }
  return traces.length === 0 && !(target.where in mayBeEmpty)
    ? `${target.where}: nothing: ${query}`
    : undefined
}

/** Everything that is wrong with the PromQL of a dashboard. */
export async function problemsOf(stack: Stack, dashboard: Dashboard): Promise<string[]> {
  const found = await Promise.all(targets(dashboard).map((target) => problemOf(stack, target)))
  return found.filter((problem) => problem !== undefined)
}

/** Everything that is wrong with the TraceQL of a dashboard. */
export async function traceProblemsOf(stack: Stack, dashboard: Dashboard): Promise<string[]> {
  const found = []
  // One after the other: a search of traces is no small thing.
  for (const target of traceTargets(dashboard)) found.push(await traceProblemOf(stack, target))
  return found.filter((problem) => problem !== undefined)
}

/** The answer to one panel's query, its series added up; `where` narrows what is selected, e.g. `{ environment: 'demo' }`. */
export async function total(
  stack: Stack,
  dashboard: Dashboard,
  title: string,
  where: Record<string, string> = {},
): Promise<number> {
  const found = targets(dashboard).filter((target) => target.where === title)
  if (found.length === 0) throw new Error(`${dashboard.title} has no panel "${title}"`)
  const sums = found.map(async ({ expr }) => {
    const narrowed = Object.entries(where).reduce(
      (query, [name, value]) => query.replaceAll(`$${name}`, value),
      expr,
    )
    const { data } = await ask(stack, withEverythingSelected(narrowed, range), { time: Date.now() / 1000 })
    return data.result.reduce((sum, { value }) => sum + Number(value?.[1] ?? 0), 0)
  })
  return (await Promise.all(sums)).reduce((sum, one) => sum + one, 0)
}

async function ask(stack: Stack, query: string, moment: Record<string, number>): Promise<PrometheusAnswer> {
  const path = 'start' in moment ? 'query_range' : 'query'
  const response = await fetch(`${stack.url('prometheus')}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: text({ query, ...moment }),
  })
  return (await response.json()) as PrometheusAnswer
}

const text = (parameters: Record<string, string | number>): string =>
  new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
