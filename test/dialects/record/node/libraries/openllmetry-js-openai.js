import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import OpenAI from 'openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'

new OpenAIInstrumentation().manuallyInstrument(OpenAI)

export const dialect = 'openllmetry-js'
export const packages = ['@traceloop/instrumentation-openai', 'openai']
export const unsaid = {
  '*': ['ttft', 'error_type', 'cache_read', 'reasoning'],
  'openai-stream': ['input', 'output'],
  'openai-responses-stream': ['input', 'output', 'model', 'finish_reason'],
}
export const faults = openaiFaults
export const cases = openaiCases(() => new OpenAI({ maxRetries: 0 }))
