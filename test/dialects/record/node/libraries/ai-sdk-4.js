import * as ai from 'ai-4'
import { createAnthropic } from 'ai-sdk-anthropic-4'
import { createOpenAI } from 'ai-sdk-openai-4'
import { aiSdkCases, aiSdkFaults } from '../lib/ai-sdk.js'
import { models } from '../lib/prompts.js'

export const dialect = 'ai-sdk-4'
export const packages = ['ai-4', 'ai-sdk-anthropic-4', 'ai-sdk-openai-4']
export const unsaid = { '*': ['error_type'], embed: ['model'], 'embed-many': ['model'] }
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
  // As the package's own instance `openai` has it: usage in streams.
  openaiSettings: { compatibility: 'strict' },
  embedding: (openai) => openai.textEmbeddingModel(models.embeddings, { dimensions: 8 }),
})
