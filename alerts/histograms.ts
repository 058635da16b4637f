/**
 * The histograms of the contract, as Prometheus names them, each with the labels that it has beside those of every
 * metric of model calls. Native: one series each. Where a backend has classic ones only, `_bucket`, `_sum` and `_count`.
 */
export const histograms: ReadonlyMap<string, readonly string[]> = new Map([
  ['gen_ai_client_inference_duration_seconds', []],
  ['gen_ai_client_inference_time_to_first_chunk_seconds', []],
  ['gen_ai_client_inference_operation_input_tokens', []],
  ['gen_ai_client_inference_operation_output_tokens', []],
  ['gen_ai_client_inference_output_speed_per_second', []],
  ['gen_ai_execute_tool_duration_seconds', ['gen_ai_tool_name']],
  ['gen_ai_invoke_agent_duration_seconds', ['gen_ai_agent_name']],
  ['http_server_request_duration_seconds', ['http_response_status_code']],
])

/**
 * The name of a histogram inside the name of a series: the series itself, or what a recording rule keeps of it, such as
 * `service_model:gen_ai_client_inference_duration_seconds:rate5m`. Undefined where there is none.
 */
export function histogramIn(series: string): string | undefined {
  return series.split(':').find((part) => histograms.has(part))
}
