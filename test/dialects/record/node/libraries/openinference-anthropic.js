import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic'
import * as module from '@anthropic-ai/sdk'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'

new AnthropicInstrumentation().manuallyInstrument(module.default)

export const dialect = 'openinference'
export const packages = ['@arizeai/openinference-instrumentation-anthropic', '@anthropic-ai/sdk']
export const unsaid = { '*': ['ttft', 'cache_write_1h', 'error_type', 'reasoning'] }
export const faults = anthropicFaults
// Without the SDK's own spans, which would be of the same calls.
export const cases = anthropicCases(() => new module.default({ maxRetries: 0, openTelemetry: false }))
