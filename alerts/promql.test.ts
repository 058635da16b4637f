import { promqlNames } from './promql.ts'

test('finds metrics with the labels they are filtered by', () => {
  expect(promqlNames('rate(a_total{x="1", y=~"b{}()"}[5m]) / c:d:e > bool 0.5').selectors).toEqual([
    { metric: 'a_total', labels: ['x', 'y'] },
    { metric: 'c:d:e', labels: [] },
  ])
})

test('finds the labels of grouping and matching clauses, which are no metrics', () => {
  const names = promqlNames('sum by (s, le) (a) / on (s) group_left (t) sum without (u) (b offset 1d)')
  expect(names.grouping).toEqual(['s', 'le', 's', 't', 'u'])
  expect(names.selectors.map(({ metric }) => metric)).toEqual(['a', 'b'])
})

test('leaves out functions, keywords, durations, numbers and comments', () => {
  const names = promqlNames(`
    histogram_quantile(0.95, a[1h:5m] @ end()) # b
    unless absent(c) or vector(1e3) and Inf`)
  expect(names.selectors.map(({ metric }) => metric)).toEqual(['a', 'c'])
})

test('passes over selectors that have no metric', () => {
  expect(promqlNames('count by (__name__) ({__name__=~"llm:.+"}) + a{x="1"}').selectors).toEqual([
    { metric: 'a', labels: ['x'] },
  ])
})

test('takes the variables of a dashboard for values', () => {
  expect(promqlNames('rate(a{s=~"$service"}[$__rate_interval])').selectors).toEqual([
    { metric: 'a', labels: ['s'] },
  ])
})
