import * as ai from 'ai'
import { OpenTelemetry } from '@ai-sdk/otel'
import { createAnthropic } from 'ai-sdk-anthropic-7'
import { createOpenAI } from 'ai-sdk-openai-7'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'
import { models } from '../lib/prompts.js'

ai.registerTelemetry(new OpenTelemetry())

export const dialect = 'ai-sdk-7'
export const packages = ['ai', '@ai-sdk/otel', 'ai-sdk-anthropic-7', 'ai-sdk-openai-7']
export const unsaid = {
  '*': ['error_type', 'reasoning', 'cache_write_1h'],
  embed: ['model'],
  'embed-many': ['model'],
}
export const faults = aiSdkFaults
export const cases = aiSdkCases({
  ai,
  createAnthropic,
  createOpenAI,
  maxTokens: 'maxOutputTokens',
  tool: (schema, execute) => ai.tool({ inputSchema: ai.jsonSchema(schema), execute }),
  schema: ai.jsonSchema,
  steps: { stopWhen: ai.stepCountIs(5) },
  providerOptions: 'providerOptions',
  instructions: { allowSystemInMessages: true },
  ttl: true,
  embedding: (openai) => openai.textEmbeddingModel(models.embeddings),
})
