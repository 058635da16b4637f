import { wrapOpenAI } from 'langsmith/wrappers/openai'
import OpenAI from 'openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'

export const dialect = 'langsmith'
export const packages = ['langsmith', 'openai']
export const unsaid = {
  '*': ['error_type', 'ttft'],
  'openai-responses': ['finish_reason'],
  'openai-responses-cached': ['finish_reason'],
}
export const faults = openaiFaults
export const cases = openaiCases(() => wrapOpenAI(new OpenAI({ maxRetries: 0 })))
