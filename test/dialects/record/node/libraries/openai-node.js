import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'
import { createRequire } from 'node:module'

registerInstrumentations({ instrumentations: [new OpenAIInstrumentation()] })
// Its hook is on require().
const { default: OpenAI } = createRequire(import.meta.url)('openai')

export const dialect = 'openai-node'
export const packages = ['@opentelemetry/instrumentation-openai', 'openai']
export const unsaid = { '*': ['cache_read', 'reasoning', 'ttft', 'error_type'] }
export const faults = openaiFaults
export const cases = openaiCases(() => new OpenAI({ maxRetries: 0 }))
