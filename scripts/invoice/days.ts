export const DAY = 86_400_000
export const HOUR = 3_600_000

/** A day in UTC, as `2026-11-27`. */
export type Day = string

export const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`)

/** The days from one to another, both included. @throws for what is no day, and for an end before the beginning */
export function daysFrom(first: Day, last: Day): Day[] {
  for (const day of [first, last]) {
    const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? startOf(day) : NaN
    if (Number.isNaN(start) || dayOf(start) !== day) throw new Error(`"${day}" is no day: 2026-11-27`)
  }
  if (first > last) throw new Error(`${first} is after ${last}`)
  const days: Day[] = []
  for (let ms = startOf(first); ms <= startOf(last); ms += DAY) days.push(dayOf(ms))
  return days
}
