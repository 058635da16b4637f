import * as Sentry from '@sentry/node'
import OpenAI from 'openai'
import { openaiCases, openaiFaults } from '../lib/openai.js'

export const dialect = 'sentry'
export const packages = ['@sentry/node', 'openai']
export const unsaid = { '*': ['ttft', 'error_type', 'finish_reason', 'reasoning'] }
export const faults = openaiFaults
export const cases = openaiCases(() => Sentry.instrumentOpenAiClient(new OpenAI({ maxRetries: 0 })))
