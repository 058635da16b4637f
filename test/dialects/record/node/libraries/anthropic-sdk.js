import Anthropic from '@anthropic-ai/sdk'
import { anthropicCases, anthropicFaults } from '../lib/anthropic.js'
import { question } from '../lib/prompts.js'

export const dialect = 'anthropic-sdk'
export const packages = ['@anthropic-ai/sdk']
export const faults = { ...anthropicFaults, retried: [{ status: 429, retry_after: 0.1 }] }
export const cases = {
  ...anthropicCases(() => new Anthropic({ maxRetries: 0 })),
  retried: () =>
    new Anthropic().messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: question }],
    }),
  'count-tokens': () =>
    new Anthropic().messages.countTokens({
      model: 'claude-haiku-4-5',
      messages: [{ role: 'user', content: question }],
    }),
}
