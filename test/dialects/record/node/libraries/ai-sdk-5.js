import * as ai from 'ai-5'
import { createAnthropic } from 'ai-sdk-anthropic-5'
import { createOpenAI } from 'ai-sdk-openai-5'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'
import { models } from '../lib/prompts.js'

export const dialect = 'ai-sdk-5'
export const packages = ['ai-5', 'ai-sdk-anthropic-5', 'ai-sdk-openai-5']
export const unsaid = {
  '*': ['error_type'],
  embed: ['model'],
  'embed-many': ['model'],
  openai: ['reasoning'],
  'openai-cached': ['cache_read', 'reasoning'],
  object: ['finish_reason'],
}
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
