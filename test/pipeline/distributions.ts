/** Made-up durations, the same at each run, and what is true of them. */

/** Uniform between 0 and 1, from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const normal = (uniform: () => number) =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

/** Milliseconds, whole ones, between 10 ms and 1 h. */
const DISTRIBUTIONS = {
  'log-normal': (uniform: () => number) => 1500 * Math.exp(1.2 * normal(uniform)),
  // Short answers, and a third that think for minutes.
  bimodal: (uniform: () => number) =>
    uniform() < 0.67 ? 300 * Math.exp(0.3 * normal(uniform)) : 400_000 * Math.exp(0.4 * normal(uniform)),
  // Pareto: one in a thousand takes a thousand times as long as most.
  'heavy-tailed': (uniform: () => number) => 20 * (1 - uniform()) ** (-1 / 0.8),
}
export type Distribution = keyof typeof DISTRIBUTIONS
export const distributions = Object.keys(DISTRIBUTIONS) as Distribution[]

export function durations(distribution: Distribution, count: number, seed: number): number[] {
  const uniform = random(seed)
  return Array.from({ length: count }, () =>
    Math.round(Math.min(3_600_000, Math.max(10, DISTRIBUTIONS[distribution](uniform)))),
  )
}

/** The smallest value that so many are not above. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(q * sorted.length) - 1]!
}

/** The share that is not above. */
export const share = (values: readonly number[], limit: number) =>
  values.filter((value) => value <= limit).length / values.length
