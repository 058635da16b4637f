import * as ai from 'ai-4'
import { createAnthropic } from 'ai-sdk-anthropic-4'
import { createOpenAI } from 'ai-sdk-openai-4'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'

export const dialect = 'ai-sdk-4'
export const packages = ['ai-4', 'ai-sdk-anthropic-4', 'ai-sdk-openai-4']
export const faults = aiSdkFaults
export const cases = aiSdkCases({
  ai,
  createAnthropic,
  createOpenAI,
  telemetry: { experimental_telemetry: { isEnabled: true } },
  maxTokens: 'maxTokens',
  tool: (schema, execute) => ai.tool({ parameters: ai.jsonSchema(schema), execute }),
  schema: ai.jsonSchema,
  steps: { maxSteps: 5 },
  providerOptions: 'providerOptions',
  embedding: (openai) => openai.textEmbeddingModel('text-embedding-3-small'),
})
