import { observeOpenAI } from '@langfuse/openai'
import OpenAI from 'openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'

export const dialect = 'langfuse'
export const packages = ['@langfuse/openai', '@langfuse/otel', 'openai']
export const unsaid = {
  '*': ['error_type', 'request_model', 'finish_reason'],
  'openai-stream': ['model'],
  'openai-embeddings': ['input'],
}
export const faults = openaiFaults
export const cases = openaiCases(() => observeOpenAI(new OpenAI({ maxRetries: 0 })))
