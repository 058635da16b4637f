import { classicTest } from './tests.ts'

const duration = 'gen_ai_client_inference_duration_seconds'
const seriesOf = (values: string) => {
  const { tests } = classicTest({ tests: [{ input_series: [{ series: `${duration}{a="b"}`, values }] }] })
  return Object.fromEntries(tests[0]!.input_series!.map(({ series, values }) => [series, values]))
}

test('a native series becomes its count and its cumulative buckets', () => {
  // Two of 1 s a step, and one of 16 to 32 s; then the application is restarted.
  const classic = seriesOf('_x3 {{}}+{{count:3 buckets:[2 0 0 0 0 1]}}x9 {{count:1 buckets:[1]}}x5 stale')
  expect(classic).toEqual({
    [`${duration}_count{a="b"}`]: '_x3 0+3x9 1x5 stale',
    [`${duration}_bucket{a="b",le="0.5"}`]: '_x3 0+0x9 0x5 stale',
    [`${duration}_bucket{a="b",le="1"}`]: '_x3 0+2x9 1x5 stale',
    [`${duration}_bucket{a="b",le="30"}`]: '_x3 0+2x9 1x5 stale',
    [`${duration}_bucket{a="b",le="60"}`]: '_x3 0+3x9 1x5 stale',
    [`${duration}_bucket{a="b",le="+Inf"}`]: '_x3 0+3x9 1x5 stale',
  })
})

test('of any scale: a bucket is where its upper bound is', () => {
  // 2^(37/16) = 4.97 and 2^(38/16) = 5.19 s.
  const classic = seriesOf('{{schema:4 sum:15 count:3 offset:37 buckets:[2 1]}}')
  expect(classic[`${duration}_bucket{a="b",le="5"}`]).toBe('2')
  expect(classic[`${duration}_bucket{a="b",le="10"}`]).toBe('3')
})

test('expressions in their classic form; all else as it is', () => {
  const other = { series: 'gen_ai_client_inference_attempts_total', values: '0+1x5' }
  const file = (expr: string) => ({
    rule_files: ['a.rules.yaml'],
    tests: [{ name: 'n', input_series: [other], promql_expr_test: [{ expr, eval_time: '1m' }] }],
  })
  expect(classicTest(file(`histogram_count(rate(${duration}[5m]))`))).toEqual(
    file(`rate(${duration}_count[5m])`),
  )
})

test('a histogram with fields that are not understood is refused', () => {
  expect(() => seriesOf('{{count:1 z_bucket:1}}')).toThrow('no classic form of {{count:1 z_bucket:1}}')
})
