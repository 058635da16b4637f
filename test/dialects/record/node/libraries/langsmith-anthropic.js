import Anthropic from '@anthropic-ai/sdk'
import { wrapAnthropic } from 'langsmith/wrappers/anthropic'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'

export const dialect = 'langsmith'
export const packages = ['langsmith', '@anthropic-ai/sdk']
export const unsaid = { '*': ['error_type', 'ttft', 'reasoning'] }
export const faults = anthropicFaults
// Without the SDK's own spans, which would be of the same calls.
export const cases = anthropicCases(() =>
  wrapAnthropic(new Anthropic({ maxRetries: 0, openTelemetry: false })),
)
