/** What a few measurements on a machine that does other things as well have to say. */
export interface Spread {
  median: number
  /** A quarter is below it, a quarter above. */
  low: number
  high: number
}

/** @throws where there are none */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** Between two values it is on the line between them. @throws where there are none */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured')
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  const above = sorted[Math.ceil(at)]!
  return below + (above - below) * (at - Math.floor(at))
}

/** Each round's difference from the same round of another: what the machine did meanwhile met both. */
export function differences(values: readonly number[], base: readonly number[]): number[] {
  if (values.length !== base.length) throw new Error(`${values.length} rounds beside ${base.length}`)
  return values.map((value, round) => value - base[round]!)
}
