import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'

new OpenAIInstrumentation().manuallyInstrument(OpenAI)

export const dialect = 'openinference'
export const packages = ['@arizeai/openinference-instrumentation-openai', 'openai']
export const unsaid = {
  '*': ['ttft', 'error_type'],
  'openai-stream': ['model', 'input', 'output', 'reasoning'],
  'openai-responses': ['finish_reason'],
  'openai-responses-stream': ['finish_reason'],
  'openai-responses-cached': ['finish_reason'],
  'openai-embeddings': ['model', 'input'],
}
export const faults = openaiFaults
export const cases = openaiCases(() => new OpenAI({ maxRetries: 0 }))
