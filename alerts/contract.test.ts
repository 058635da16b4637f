import { namesOutsideClassicContract, namesOutsideContract } from './contract.ts'

test('takes what the Collector and the recording rules promise', () => {
  expect(
    namesOutsideContract(`
      histogram_count(sum by (service_name) (rate(gen_ai_client_inference_duration_seconds{app_feature="chat"}[5m])))
      + service:gen_ai_client_inference_usage_cost:increase1d`),
  ).toEqual([])
})

test('names the metrics and labels that nobody promises', () => {
  expect(
    namesOutsideContract(
      'sum by (session_id) (llm_calls_total{x="1"} + up{http_response_status_code="429"})',
    ),
  ).toEqual(['llm_calls_total', 'up{http_response_status_code}', 'session_id'])
})

test('histograms are one series each where they are native, and three where they are classic', () => {
  const buckets = 'sum by (le) (rate(gen_ai_execute_tool_duration_seconds_bucket{gen_ai_tool_name="a"}[5m]))'
  expect(namesOutsideClassicContract(buckets)).toEqual([])
  expect(namesOutsideContract(buckets)).toEqual(['gen_ai_execute_tool_duration_seconds_bucket', 'le'])
  expect(namesOutsideClassicContract('gen_ai_execute_tool_duration_seconds')).toEqual([
    'gen_ai_execute_tool_duration_seconds',
  ])
})
