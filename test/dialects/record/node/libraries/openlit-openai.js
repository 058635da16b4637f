import { createRequire } from 'node:module'
import { openaiCases, openaiFaults } from '../lib/openai.js'

// Its hook is on require().
const { default: OpenAI } = createRequire(import.meta.url)('openai')

export const dialect = 'openlit-js'
export const packages = ['openlit', 'openai']
export const unsaid = {
  '*': ['error_type', 'ttft'],
  'openai-cached': ['reasoning'],
  'openai-plain': ['reasoning'],
  'openai-stream': ['reasoning'],
  'openai-tools': ['reasoning'],
  'openai-embeddings': ['model'],
}
export const faults = openaiFaults
export const cases = openaiCases(() => new OpenAI({ maxRetries: 0 }))
