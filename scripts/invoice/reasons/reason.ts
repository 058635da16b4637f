import type { Counted } from '../kit.ts'
import type { Report } from '../report.ts'
import type { Row } from '../compare.ts'
import type { Day } from '../days.ts'
import type { Usage } from '../usage.ts'

/** Why the kit and a provider differ. docs/invoice.md says what each means, and a test there lists them. */
export const REASONS = [
  'not_instrumented',
  'other_key',
  'batch',
  'unpriced',
  'price',
  'time_zone',
  'midnight',
  'delay',
  'incomplete',
  'priority_tier',
  'tools',
  'overflow',
  'counted_twice',
  'not_billed',
  'no_telemetry',
  'unknown',
] as const
export type ReasonName = (typeof REASONS)[number]

export interface Reason {
  name: ReasonName
  /** A sentence for people. */
  text: string
}

/** All that may tell why. */
export interface Evidence {
  report: Report
  /** Of the provider, all days. */
  rows: readonly Row[]
  /** What was counted from 14 hours before the days to 14 hours after them. */
  around: readonly Counted[]
  /** What was counted within some minutes of the beginning and the end of a day. */
  atMidnight: ReadonlyMap<Day, Usage>
  /** Days of which Prometheus has no telemetry of the kit at all. */
  silent: ReadonlySet<Day>
  /** Calls that were reported twice. */
  duplicates: number
  /** Calls that are counted without their labels. */
  overflowed: number
  /** Ids of the keys that instrumented services use; undefined: not known. */
  ownKeys: ReadonlySet<string> | undefined
  /** Days that ended after this moment may not be reported in full, in milliseconds since the epoch. */
  reportedUntil: number
}

/** Looks whether something is the reason. */
export type Look = (row: Row, evidence: Evidence) => Reason | undefined
