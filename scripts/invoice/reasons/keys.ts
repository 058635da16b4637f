import { isMore, isNothing, isSame, KINDS, minus, total, type Usage } from '../usage.ts'
import type { ReportedUsage } from '../report.ts'
import type { Look } from './reason.ts'

/** More keys are not tried in all combinations, but one by one. */
const MOST_KEYS = 12

/** The missing tokens are exactly those of the batches: their calls are made by the provider. */
export const batch: Look = (row) => {
  const batches = row.reported.parts.filter((part) => part.batch)
  const usage = total(batches.map((part) => part.usage))
  if (isNothing(usage) || !isSame(usage, row.difference.usage)) return undefined
  return {
    name: 'batch',
    text: 'exactly what went through the Batch API, whose calls no service makes itself',
  }
}

/** They are exactly those of one or several API keys, whose calls the kit never counts. */
export const otherKey: Look = (row, { rows, ownKeys }) => {
  const missing = row.difference.usage
  const { parts } = row.reported
  const keys = [...new Set(parts.map(nameOf))]
  const usageOf = (some: readonly ReportedUsage[], key: string) =>
    total(some.filter((part) => nameOf(part) === key).map(({ usage }) => usage))
  const found = subsets(keys).find((some) => isSame(total(some.map((key) => usageOf(parts, key))), missing))
  if (found === undefined) return undefined
  // A key whose calls of another model, or on another day, were counted is one that a service here uses.
  const isElsewhere = (key: string) =>
    ownKeys === undefined
      ? rows.every((other) => {
          const used = usageOf(other.reported.parts, key)
          return isNothing(used) || covers(other.difference.usage, used)
        })
      : !ownKeys.has(key)
  // Of one key alone nobody can say that it is another one than that of the services.
  const all = new Set(rows.flatMap(({ reported }) => reported.parts.map(nameOf)))
  const told = ownKeys !== undefined || all.size > found.length
  if (!told || !found.every(isElsewhere)) return undefined
  const what = `the ${row.provider === 'gcp.gemini' ? 'project' : 'key'}${found.length === 1 ? '' : 's'}`
  return {
    name: 'other_key',
    text: `exactly what ${what} ${found.join(', ')} used, of which the kit counts nothing: used elsewhere`,
  }
}

/** Calls from the provider's own console have no key. */
const nameOf = ({ key }: ReportedUsage) => key ?? '(none: the provider’s console)'

const covers = (missing: Usage, used: Usage) => {
  const rest = minus(missing, used)
  return isNothing(rest) || isMore(rest)
}

function subsets(keys: readonly string[]): string[][] {
  if (keys.length > MOST_KEYS) return [...keys.map((key) => [key]), [...keys]]
  const all = Array.from({ length: 2 ** keys.length - 1 }, (_, i) =>
    keys.filter((_key, bit) => ((i + 1) >> bit) & 1),
  )
  return all.sort((a, b) => a.length - b.length)
}

/** The kit has less, of any kind, and nothing more telling was found. */
export const notInstrumented: Look = (row) => {
  if (!isMore(row.difference.usage)) return undefined
  const none = KINDS.every((kind) => row.counted.usage[kind] === 0)
  return {
    name: 'not_instrumented',
    text: none
      ? 'the kit counted no call of this model: its service is not instrumented, or sends its telemetry elsewhere'
      : 'some calls of this model were not counted: a service or a script that is not instrumented, or spans that were lost',
  }
}
