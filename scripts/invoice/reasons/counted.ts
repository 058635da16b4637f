import { isMore, KINDS, minus, noUsage } from '../usage.ts'
import type { Look } from './reason.ts'

/** Calls whose usage was never told, or not all of it: streams that their reader left. */
export const incomplete: Look = (row) => {
  const { incomplete: calls } = row.counted
  if (calls < 0.5 || !isMore(row.difference.usage)) return undefined
  return {
    name: 'incomplete',
    text: `${Math.round(calls)} calls told no usage, or not all of it, as streams do that their reader leaves; the provider charges for them`,
  }
}

/** Series that have lost their labels. */
export const overflow: Look = (row, { overflowed }) =>
  overflowed >= 0.5 && isMore(row.difference.usage)
    ? {
        name: 'overflow',
        text: `${Math.round(overflowed)} calls were counted without their labels (LLMCardinalityOverflow)`,
      }
    : undefined

/** The kit has more than the provider. */
export const tooMuch: Look = (row, { duplicates }) => {
  if (!isMore(minus(noUsage(), row.difference.usage))) return undefined
  if (duplicates >= 0.5) {
    return {
      name: 'counted_twice',
      text: 'calls of these services were reported by two instrumentations (LLMDuplicateInstrumentation)',
    }
  }
  return {
    name: 'not_billed',
    text: 'the kit counted calls that this organization is not charged for: a key of another one, or a gateway or simulator under the provider’s name',
  }
}

export const unknown: Look = (row) =>
  KINDS.some((kind) => Math.abs(row.difference.usage[kind]) >= 0.5)
    ? {
        name: 'unknown',
        text: 'more of one kind of token and less of another: several reasons at once, or usage that a library reports wrongly (npm run explain)',
      }
    : undefined
