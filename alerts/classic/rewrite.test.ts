import { classicName, toClassic } from './rewrite.ts'

const duration = 'gen_ai_client_inference_duration_seconds'

test.each([
  // Quantiles and shares are of buckets, and keep `le`.
  [
    `histogram_quantile(0.95, sum by (service_name) (rate(${duration}[5m])))`,
    `histogram_quantile(0.95, sum by (service_name, le) (rate(${duration}_bucket[5m])))`,
  ],
  [
    `histogram_quantile(0.5, sum(rate(${duration}{service_name="a"}[5m] offset 1d)))`,
    `histogram_quantile(0.5, sum by (le) (rate(${duration}_bucket{service_name="a"}[5m] offset 1d)))`,
  ],
  [
    `histogram_quantile(0.5, sum(rate(${duration}[5m])) by (service_name))`,
    `histogram_quantile(0.5, sum(rate(${duration}_bucket[5m])) by (service_name, le))`,
  ],
  [
    `histogram_quantile(0.5, sum by () (rate(${duration}[5m])))`,
    `histogram_quantile(0.5, sum by (le) (rate(${duration}_bucket[5m])))`,
  ],
  [
    `histogram_quantile(0.5, sum without (collector_instance_id) (rate(${duration}[5m])))`,
    `histogram_quantile(0.5, sum without (collector_instance_id) (rate(${duration}_bucket[5m])))`,
  ],
  [
    `1 - histogram_fraction(0, scalar(llm:latency_slo_seconds:threshold), sum by (a) (increase(${duration}[30m])))`,
    `1 - histogram_fraction(0, scalar(llm:latency_slo_seconds:threshold), sum by (a, le) (increase(${duration}_bucket[30m])))`,
  ],
  // Counts and sums are series of their own.
  [
    `histogram_count(sum by (a) (increase(${duration}{error_type!=""}[5m]))) > 0`,
    `sum by (a) (increase(${duration}_count{error_type!=""}[5m])) > 0`,
  ],
  [`sum(histogram_count(rate(${duration}[5m])))`, `sum(rate(${duration}_count[5m]))`],
  [`histogram_sum(sum by (a) (rate(${duration}[5m])))`, `sum by (a) (rate(${duration}_sum[5m]))`],
  [
    `2 * histogram_avg(sum(rate(${duration}[5m])))`,
    `2 * (sum(rate(${duration}_sum[5m])) / sum(rate(${duration}_count[5m])))`,
  ],
  [
    `topk(3, histogram_count(sum by (a) (rate(${duration}[5m]))) / histogram_count(sum by (a) (rate(gen_ai_invoke_agent_duration_seconds[5m]))))`,
    `topk(3, sum by (a) (rate(${duration}_count[5m])) / sum by (a) (rate(gen_ai_invoke_agent_duration_seconds_count[5m])))`,
  ],
  [
    `histogram_count(rate(${duration}[5m]) + rate(gen_ai_execute_tool_duration_seconds[5m])) / 2`,
    `(rate(${duration}_count[5m]) + rate(gen_ai_execute_tool_duration_seconds_count[5m])) / 2`,
  ],
  // As a whole: what a recording rule keeps, or a heatmap shows.
  [`sum by (a) (rate(${duration}[5m]))`, `sum by (a, le) (rate(${duration}_bucket[5m]))`],
  [`sum(rate(${duration}[5m])) * 60`, `sum by (le) (rate(${duration}_bucket[5m])) * 60`],
  [
    `histogram_quantile(0.95, service_model:${duration}:rate5m)`,
    `histogram_quantile(0.95, service_model:${duration}_bucket:rate5m)`,
  ],
  [
    `histogram_quantile(0.9, label_replace(rate(${duration}[5m]), "a", "$1", "b", "(.*)"))`,
    `histogram_quantile(0.9, label_replace(rate(${duration}_bucket[5m]), "a", "$1", "b", "(.*)"))`,
  ],
  // Whether there are any.
  [`count(count by (a) (${duration}))`, `count(count by (a) (${duration}_count))`],
  [`absent(${duration}{a="b"})`, `absent(${duration}_count{a="b"})`],
  [`max(timestamp(${duration}{a="b"}))`, `max(timestamp(${duration}_count{a="b"}))`],
  [`count_over_time(${duration}[5m]) > 1`, `count_over_time(${duration}_count[5m]) > 1`],
  // Grafana's.
  [
    `histogram_quantile($q, sum by (a) (rate(${duration}{a=~"$a|"}[$__rate_interval] offset \${__range})))`,
    `histogram_quantile($q, sum by (a, le) (rate(${duration}_bucket{a=~"$a|"}[$__rate_interval] offset \${__range})))`,
  ],
  [
    `label_values(${duration}{a=~"$a"}, service_name)`,
    `label_values(${duration}_count{a=~"$a"}, service_name)`,
  ],
  // Nothing to do.
  ['sum(rate(gen_ai_client_inference_attempts_total[5m])) > 1', undefined],
  [`sum by (le) (rate(${duration}_bucket[5m]))`, undefined],
  ['histogram_quantile(0.9, sum by (le) (rate(another_bucket[5m])))', undefined],
  ['{__name__=~"llm:.*"}', undefined],
])('%s', (native, classic) => {
  expect(toClassic(native)).toBe(classic ?? native)
})

test('lines stay lines, and what was in parentheses moves out with them', () => {
  const native = `
(
  histogram_count(
    sum by (a) (
      rate(${duration}[5m])
    )
  )
  /
  x
) > 0`
  expect(toClassic(native)).toBe(`
(
  sum by (a) (
    rate(${duration}_count[5m])
  )
  /
  x
) > 0`)
})

test.each([
  [`rate(${duration}[5m]) > 0`, 'no classic form of rate(gen_ai_client_inference_duration_seconds[5m]) > 0'],
  [`histogram_count(max by (a) (rate(${duration}[5m])))`, 'no classic form of max by (a)'],
  [`histogram_stddev(rate(${duration}[5m]))`, 'no classic form of histogram_stddev'],
  [`quantile_over_time(0.9, ${duration}[5m])`, 'no classic form of quantile_over_time'],
  [`rate(${duration}[5m]) * on (a) x`, 'no classic form of'],
  [`histogram_quantile(0.9, rate(${duration}[5m]) and x)`, 'no classic form of'],
  [`histogram_count(rate(${duration}[5m])`, 'no PromQL at'],
])('%s is refused', (expr, why) => {
  expect(() => toClassic(expr)).toThrow(why)
})

test('names', () => {
  expect(classicName(duration, 'sum')).toBe(`${duration}_sum`)
  expect(classicName(`service_model:${duration}:rate5m`, 'bucket')).toBe(
    `service_model:${duration}_bucket:rate5m`,
  )
  expect(classicName('up', 'count')).toBe('up')
})
