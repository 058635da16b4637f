import { compare } from '../compare.ts'
import { HOUR } from '../days.ts'
import { isNothing, KINDS } from '../usage.ts'
import type { Evidence, Look } from './reason.ts'

/** The farthest that a time zone is from UTC. */
export const FARTHEST_HOURS = 14

/** With days that begin at another hour, all that the provider reports is what was counted. */
export const timeZone: Look = (row, evidence) => {
  if (isNothing(row.difference.usage)) return undefined
  const hours = shiftOf(evidence)
  if (hours === undefined) return undefined
  const begins = `${String((hours + 24) % 24).padStart(2, '0')}:00 UTC${hours < 0 ? ' of the day before' : ''}`
  return { name: 'time_zone', text: `exactly as counted in days that begin at ${begins}: another time zone` }
}

const shifts = new WeakMap<Evidence, number | undefined>()

/** How many hours after midnight UTC the provider's days begin, if every model of every day then agrees. */
function shiftOf(evidence: Evidence): number | undefined {
  if (!shifts.has(evidence)) shifts.set(evidence, findShift(evidence))
  return shifts.get(evidence)
}

function findShift({ report, rows, around }: Evidence): number | undefined {
  const days = [...new Set(rows.map(({ day }) => day))]
  if (report.usage.length === 0 || around.length === 0) return undefined
  const candidates = Array.from({ length: 2 * FARTHEST_HOURS + 1 }, (_, i) => i - FARTHEST_HOURS)
  return candidates
    .filter((hours) => hours !== 0)
    .sort((a, b) => Math.abs(a) - Math.abs(b))
    .find((hours) => {
      const shifted = around.map((counted) => ({ ...counted, hour: counted.hour - hours * HOUR }))
      return compare(report, shifted, days).every(({ difference }) => isNothing(difference.usage))
    })
}

/** No more than what was counted within some minutes of the day's beginning and end. */
export const midnight: Look = (row, { atMidnight }) => {
  const near = atMidnight.get(row.day)
  const { usage } = row.difference
  if (near === undefined || isNothing(usage)) return undefined
  if (KINDS.some((kind) => Math.abs(usage[kind]) > near[kind])) return undefined
  return {
    name: 'midnight',
    text: 'no more than was counted around midnight UTC: the kit counts a call when its span arrives, the provider when it was made',
  }
}

/** Nothing at all is known of the day. */
export const noTelemetry: Look = (row, { silent }) =>
  silent.has(row.day) && isNothing(row.counted.usage)
    ? {
        name: 'no_telemetry',
        text: 'Prometheus has no telemetry of this day: nothing ran, or it does not keep data for so long',
      }
    : undefined

export const isRecent = (day: string, { reportedUntil }: Evidence): boolean =>
  Date.parse(`${day}T00:00:00Z`) + 24 * HOUR > reportedUntil

/** Less than was counted, of a day that may not be reported in full. */
export const delay: Look = (row, evidence) => {
  const { usage, usd } = row.difference
  const less = KINDS.every((kind) => usage[kind] <= 0.5) && !(isNothing(usage) && usd >= 0)
  if (!less || !isRecent(row.day, evidence)) return undefined
  const what = isNothing(usage) ? 'costs' : 'usage'
  return { name: 'delay', text: `the ${what} of this day may not be reported in full yet: ask again later` }
}
