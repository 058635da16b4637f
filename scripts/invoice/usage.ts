/** Kinds of tokens, as providers charge for them: each token is of one kind. */
export const KINDS = ['uncached', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const
export type Kind = (typeof KINDS)[number]
export type Usage = Record<Kind, number>

export const KIND_NAMES: Record<Kind, string> = {
  uncached: 'input, uncached',
  cacheRead: 'input, cache read',
  cacheWrite5m: 'input, cache write 5m',
  cacheWrite1h: 'input, cache write 1h',
  output: 'output',
}

export const noUsage = (): Usage => ({
  uncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
})

const combine = (a: Usage, b: Usage, sign: 1 | -1) =>
  Object.fromEntries(KINDS.map((kind) => [kind, a[kind] + sign * b[kind]])) as Usage

export const plus = (a: Usage, b: Usage): Usage => combine(a, b, 1)
export const minus = (a: Usage, b: Usage): Usage => combine(a, b, -1)
export const total = (usages: readonly Usage[]): Usage => usages.reduce(plus, noUsage())

/** Tokens are whole; Prometheus' sums of samples of calls may not be. */
const TOKEN = 0.5

export const isNothing = (usage: Usage): boolean => KINDS.every((kind) => Math.abs(usage[kind]) < TOKEN)
export const isSame = (a: Usage, b: Usage): boolean => isNothing(minus(a, b))
/** Of no kind less than none, and of one at least something. */
export const isMore = (usage: Usage): boolean =>
  !isNothing(usage) && KINDS.every((kind) => usage[kind] > -TOKEN)
