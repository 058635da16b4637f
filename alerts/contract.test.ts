import { namesOutsideContract } from './contract.ts'

test('takes what the Collector and the recording rules promise', () => {
  expect(
    namesOutsideContract(`
      sum by (service_name, le) (rate(gen_ai_client_inference_duration_seconds_bucket{app_feature="chat"}[5m]))
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
