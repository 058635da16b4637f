/** A number in [0, 1). */
export type Random = () => number

/** A seeded generator (mulberry32): with the same requests in the same order, the same answers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `value` times a factor that is uniform in [1 − jitter, 1 + jitter). */
export function jittered(value: number, jitter: number, random: Random): number {
  return value * (1 + jitter * (2 * random() - 1))
}
