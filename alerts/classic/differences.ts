/** Tests that classic histograms can not pass: they are about what native ones do. */
export const nativeOnly: readonly string[] = ['native-histograms.test.yaml']

/**
 * Where a test of the rules expects another number of classic histograms: quantiles, as their buckets are wider, and what
 * is in one is taken to be spread evenly. By the file of tests: what it says, and what it says for classic ones.
 */
export const differences: Readonly<Record<string, readonly [native: string, classic: string][]>> = {}
