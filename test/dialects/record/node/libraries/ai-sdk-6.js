import * as ai from 'ai-6'
import { createAnthropic } from 'ai-sdk-anthropic-6'
import { createOpenAI } from 'ai-sdk-openai-6'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'
import { models } from '../lib/prompts.js'

export const dialect = 'ai-sdk-6'
export const packages = ['ai-6', 'ai-sdk-anthropic-6', 'ai-sdk-openai-6']
export const unsaid = { '*': ['error_type'], embed: ['model'], 'embed-many': ['model'] }
export const faults = aiSdkFaults
export const cases = aiSdkCases({
  ai,
  createAnthropic,
  createOpenAI,
  telemetry: { experimental_telemetry: { isEnabled: true } },
  maxTokens: 'maxOutputTokens',
  tool: (schema, execute) => ai.tool({ inputSchema: ai.jsonSchema(schema), execute }),
  schema: ai.jsonSchema,
  steps: { stopWhen: ai.stepCountIs(5) },
  providerOptions: 'providerOptions',
  ttl: true,
  embedding: (openai) => openai.textEmbeddingModel(models.embeddings),
})
