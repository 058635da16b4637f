import * as ai from 'ai-3'
import { createAnthropic } from 'ai-sdk-anthropic-3'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'

export const dialect = 'ai-sdk-3'
export const packages = ['ai-3', 'ai-sdk-anthropic-3']
export const unsaid = { '*': ['error_type'], cached: ['cached'], 'cached-stream': ['cached'] }
export const faults = aiSdkFaults
export const cases = aiSdkCases({
  ai,
  createAnthropic,
  telemetry: { experimental_telemetry: { isEnabled: true } },
  maxTokens: 'maxTokens',
  tool: (schema, execute) => ai.tool({ parameters: ai.jsonSchema(schema), execute }),
  schema: ai.jsonSchema,
  steps: { maxSteps: 5 },
  providerOptions: 'experimental_providerMetadata',
  cacheSetting: { cacheControl: true },
})
