import { createRequire } from 'node:module'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'

// Its hook is on require().
const { default: Anthropic } = createRequire(import.meta.url)('@anthropic-ai/sdk')

export const dialect = 'openlit-js'
export const packages = ['openlit', '@anthropic-ai/sdk']
export const unsaid = { '*': ['cache_write_1h', 'error_type', 'reasoning', 'ttft'] }
export const faults = anthropicFaults
// Without the SDK's own spans, which would be of the same calls. OpenLIT breaks messages.stream(), and adds the
// placeholder of message_start to the output tokens of streams: these are not right, and not recorded.
const {
  'anthropic-stream': _stream,
  'anthropic-stream-helper': _helper,
  'anthropic-cached-stream': _cached,
  ...right
} = anthropicCases(() => new Anthropic({ maxRetries: 0, openTelemetry: false }))
export const cases = right
