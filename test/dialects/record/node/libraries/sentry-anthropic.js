import Anthropic from '@anthropic-ai/sdk'
import * as Sentry from '@sentry/node'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'

export const dialect = 'sentry'
export const packages = ['@sentry/node', '@anthropic-ai/sdk']
export const unsaid = { '*': ['ttft', 'cache_write_1h', 'error_type', 'reasoning', 'finish_reason'] }
export const faults = anthropicFaults
// Without the SDK's own spans, which would be of the same calls.
export const cases = anthropicCases(() =>
  Sentry.instrumentAnthropicAiClient(new Anthropic({ maxRetries: 0, openTelemetry: false })),
)
