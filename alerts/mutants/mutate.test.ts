import { parser } from '@prometheus-io/lezer-promql'
import { rules } from '../rules.ts'
import { mutants } from './mutate.ts'

const changed = (expr: string) => mutants(expr).map(({ expr }) => expr)

test('numbers, a quarter more and a fifth less; a share stays a share, and a window is no number', () => {
  expect(changed('a > 10')).toEqual(expect.arrayContaining(['a > 12.5', 'a > 8']))
  expect(changed('a > 0')).toContain('a > 2')
  expect(changed('histogram_quantile(0.95, a)')).toEqual([
    'histogram_quantile(0.975, a)',
    'histogram_quantile(0.76, a)',
  ])
})

test('windows and offsets, twice and half as long', () => {
  expect(changed('rate(a[5m] offset 1d)')).toEqual([
    'rate(a[10m] offset 1d)',
    'rate(a[150s] offset 1d)',
    'rate(a[5m] offset 2d)',
    'rate(a[5m] offset 12h)',
  ])
})

test('aggregations, and each label that they keep', () => {
  expect(changed('sum by (x, y) (a)')).toEqual([
    'max by (x, y) (a)',
    'avg by (x, y) (a)',
    'sum by (y) (a)',
    'sum by (x) (a)',
  ])
  expect(changed('a / on (x) b')).toContain('a / on () b')
})

test('what is taken of a histogram', () => {
  expect(changed('histogram_count(a)')).toEqual(['histogram_sum(a)'])
  expect(changed('histogram_sum(a)')).toEqual(['histogram_count(a)'])
})

test('comparisons and filters', () => {
  expect(changed('a{x="1"} >= b')).toEqual(['a{x="1"} > b', 'a{x="1"} < b', 'a{} >= b', 'a{x!="1"} >= b'])
})

test('one side of and, or and unless', () => {
  expect(changed('a and b')).toEqual(['a'])
  expect(changed('a unless b')).toEqual(['a'])
  expect(changed('(a or b)')).toEqual(['(a)', '(b)'])
})

test('says what and where', () => {
  expect(mutants('a\n> 2').map(({ what }) => what)).toContain('line 2: 2 → 2.5')
})

test('what is no PromQL is not changed', () => {
  expect(() => mutants('sum by (a')).toThrow('no PromQL')
})

test('every rule has changes but those that only divide, each different from it and from the others, each PromQL', () => {
  for (const { expr } of rules) {
    const all = changed(expr)
    if (/[[{>]|sum|vector/.test(expr)) expect(all.length).toBeGreaterThan(0)
    expect(new Set(all).size).toBe(all.length)
    expect(all).not.toContain(expr)
    for (const one of all) {
      parser.parse(one).iterate({
        enter: ({ type }) => {
          if (type.isError) throw new Error(`no PromQL: ${one}`)
        },
      })
    }
  }
})
