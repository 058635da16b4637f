/** Tests that classic histograms can not pass: they are about what native ones do. */
export const nativeOnly: readonly string[] = ['native-histograms.test.yaml']

/**
 * Where a test of the rules expects another number of classic histograms: quantiles, as their buckets are wider, and what
 * is in one is taken to be spread evenly. By the file of tests: what it says, and what it says for classic ones.
 */
export const differences: Readonly<Record<string, readonly [native: string, classic: string][]>> = {
  // The whole of its one call is between 30 and 60 s, at 95%; the fast ones are between 0.5 and 1 s.
  'copied-rules.test.yaml': [
    ['value: 30.909962525595063', 'value: 58.5'],
    ['value: 0.97', 'value: 0.98'],
  ],
  // Between 30 and 60 s, at 90%, and between 1 and 2 m, at 95%.
  'llm-high-latency.test.yaml': [
    ['29.86s', '57s'],
    ['1m 1s', '1m 57s'],
  ],
  // Between 15 and 20 s, at 70%, 75% and 5%.
  'llm-slow-first-chunk.test.yaml': [
    ['13.02s', '18.52s'],
    ['13.45s', '18.75s'],
    ['8.282s', '15.25s'],
  ],
}
