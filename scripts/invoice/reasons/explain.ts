import { differs, type Row, TOOLS } from '../compare.ts'
import { isNothing } from '../usage.ts'
import { incomplete, overflow, tooMuch, unknown } from './counted.ts'
import { delay, midnight, noTelemetry, timeZone } from './days.ts'
import { batch, notInstrumented, otherKey } from './keys.ts'
import { price, priorityTier, tools, unpriced } from './money.ts'
import type { Evidence, Look, Reason } from './reason.ts'

/** The most telling first: what is exact, then what is known, then what is left. The first that fits is named. */
const TOKENS: readonly Look[] = [
  noTelemetry,
  midnight,
  timeZone,
  batch,
  otherKey,
  delay,
  incomplete,
  overflow,
  tooMuch,
  notInstrumented,
  unknown,
]
const MONEY: readonly Look[] = [unpriced, priorityTier, delay, price]

/** The likely reasons why a row differs, the first for its tokens: none where it does not. */
export function explain(row: Row, evidence: Evidence): Reason[] {
  if (!differs(row)) return []
  const first = (looks: readonly Look[]) => looks.map((look) => look(row, evidence)).find((reason) => reason)
  if (row.model === TOOLS) return [tools(row, evidence)!]
  if (isNothing(row.difference.usage)) return [first(MONEY)!]
  return [first(TOKENS), unpriced(row, evidence)].filter((reason) => reason !== undefined)
}
