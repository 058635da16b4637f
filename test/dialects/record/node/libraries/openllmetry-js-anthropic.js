import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic'
import * as module from 'anthropic-sdk-0.80'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'

new AnthropicInstrumentation().manuallyInstrument(module)

export const dialect = 'openllmetry-js'
export const packages = ['@traceloop/instrumentation-anthropic', 'anthropic-sdk-0.80']
export const unsaid = {
  '*': ['ttft', 'cache_write_1h', 'error_type', 'reasoning'],
  'anthropic-stream': ['finish_reason'],
  'anthropic-stream-helper': ['finish_reason'],
  'anthropic-cached-stream': ['finish_reason'],
}
export const faults = anthropicFaults
export const cases = anthropicCases(() => new module.default({ maxRetries: 0 }))
