import { type Day, dayOf } from './days.ts'
import { addUp, type Counted, costOf, type CostPart, nothing } from './kit.ts'
import { providersName } from './models.ts'
import type { ProviderName, Report, ReportedCost, ReportedUsage } from './report.ts'
import { isNothing, minus, total, type Usage } from './usage.ts'

/** A provider's model on a day, as both have it. */
export interface Row {
  provider: ProviderName
  day: Day
  /** As the provider names it; TOOLS for what it charges for its own tools. */
  model: string
  reported: {
    usage: Usage
    requests: number | undefined
    usd: number
    /** What the sums are made of. */
    parts: ReportedUsage[]
    costs: ReportedCost[]
  }
  counted: ReturnType<typeof nothing> & { usd: number }
  /** The provider's less the kit's. */
  difference: { usage: Usage; requests: number | undefined; usd: number }
}

export const TOOLS = '(provider’s tools)'

/** A cent of a cent: what providers round, and fractions that are added up in another order. */
const USD = 1e-6

export const sameUsd = (a: number, b: number): boolean =>
  Math.abs(a - b) <= USD + 1e-9 * Math.max(Math.abs(a), Math.abs(b))

/** Numbers of requests alone are no difference: providers do not say whether they count those that failed. */
export const differs = ({ difference, counted, reported }: Row): boolean =>
  !isNothing(difference.usage) || !sameUsd(counted.usd, reported.usd)

/** Sets a provider's report against what was counted, by day and model. */
export function compare(report: Report, counted: readonly Counted[], days: readonly Day[]): Row[] {
  const { provider } = report
  const mine = counted.filter((row) => providerOf(row.provider) === provider)
  const wanted = new Set(days)
  const names = new Set(
    [...report.usage, ...report.costs].map(({ model }) => model).filter((name) => name !== ''),
  )
  const modelOf = (row: Counted) => providersName(provider, row.model, names)
  const rows = new Map<string, { day: Day; model: string }>()
  const add = (day: Day, model: string) => {
    if (wanted.has(day)) rows.set(`${day} ${model}`, { day, model })
  }
  for (const { day, model } of [...report.usage, ...report.costs]) add(day, model || TOOLS)
  for (const row of mine) add(dayOf(row.hour), modelOf(row))
  for (const row of mine) if (row.cost.server_tools > 0) add(dayOf(row.hour), TOOLS)
  return [...rows.values()]
    .map(({ day, model }) => {
      const sameDay = mine.filter((row) => dayOf(row.hour) === day)
      const sum =
        model === TOOLS
          ? onlyTools(addUp(sameDay))
          : withoutTools(addUp(sameDay.filter((row) => modelOf(row) === model)))
      return rowOf(
        { provider, day, model },
        {
          parts: report.usage.filter((part) => part.day === day && (part.model || TOOLS) === model),
          costs: report.costs.filter((cost) => cost.day === day && (cost.model || TOOLS) === model),
        },
        sum,
      )
    })
    .filter(
      ({ reported, counted: sum }) =>
        !isNothing(reported.usage) || !isNothing(sum.usage) || reported.usd !== 0 || sum.usd !== 0,
    )
    .sort((a, b) => a.day.localeCompare(b.day) || a.model.localeCompare(b.model))
}

/** Gemini has more names than one: that of the Gemini API's attributes, and the conventions' common one. */
function providerOf(name: string): string {
  return name === 'gcp.gen_ai' ? 'gcp.gemini' : name
}

/** The names by which the kit may have counted calls of these providers, as a PromQL matcher. */
export const providerMatcher = (providers: readonly ProviderName[]): string => {
  const names = providers.flatMap((name) => (name === 'gcp.gemini' ? [name, 'gcp.gen_ai'] : [name]))
  return `gen_ai_provider_name=~"${names.map((name) => name.replaceAll('.', '[.]')).join('|')}"`
}

type Sum = ReturnType<typeof nothing>
const only = (cost: Sum['cost'], wanted: (part: CostPart) => boolean) =>
  Object.fromEntries(
    Object.entries(cost).map(([part, usd]) => [part, wanted(part as CostPart) ? usd : 0]),
  ) as Sum['cost']
const onlyTools = ({ cost }: Sum): Sum => ({
  ...nothing(),
  cost: only(cost, (part) => part === 'server_tools'),
})
const withoutTools = (sum: Sum): Sum => ({ ...sum, cost: only(sum.cost, (part) => part !== 'server_tools') })

function rowOf(
  of: Pick<Row, 'provider' | 'day' | 'model'>,
  { parts, costs }: Pick<Row['reported'], 'parts' | 'costs'>,
  sum: Sum,
): Row {
  const reported = {
    usage: total(parts.map(({ usage }) => usage)),
    requests: parts.some(({ requests }) => requests === undefined)
      ? undefined
      : parts.reduce((all, { requests }) => all + requests!, 0),
    usd: costs.reduce((all, { usd }) => all + usd, 0),
    parts,
    costs,
  }
  const counted = { ...sum, usd: costOf(sum) }
  return {
    ...of,
    reported,
    counted,
    difference: {
      usage: minus(reported.usage, counted.usage),
      requests: reported.requests === undefined ? undefined : reported.requests - counted.requests,
      usd: reported.usd - counted.usd,
    },
  }
}
