import { counterTotals } from '../../scripts/lib/prometheus.ts'
import type { Attributes, SpanInput } from './otlp.ts'

/** Names of the metrics, which are a contract. CALLS is a native histogram: its value, to `query` and `countedTotal`, is its count. */
export const CALLS = 'gen_ai_client_inference_duration_seconds'
export const INPUT = 'gen_ai_client_inference_usage_input_tokens_total'
export const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total'
export const READ = 'gen_ai_client_inference_usage_cache_read_input_tokens_total'
export const WRITE = 'gen_ai_client_inference_usage_cache_write_input_tokens_total'
export const COST = 'gen_ai_client_inference_usage_cost_total'

/** 10 input tokens of claude-haiku-4-5 (1 USD per million) and 1 output token (5 USD): `USD_PER_CALL`. */
export const call = (attributes: Attributes = {}, span: Partial<SpanInput> = {}) => ({
  ...span,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-haiku-4-5',
    'gen_ai.response.model': 'claude-haiku-4-5-20251001',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 1,
    ...attributes,
  },
})
export const USD_PER_CALL = 0.000015

/** What a counter has counted in the last hours, resets included, over all series of a selector such as `service_name="a"`. */
export async function countedTotal(prometheusUrl: string, metric: string, selector: string): Promise<number> {
  const series = await counterTotals(prometheusUrl, `${metric}{${selector}}`)
  return series.reduce((sum, { value }) => sum + value, 0)
}
