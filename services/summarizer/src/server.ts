import Anthropic from '@anthropic-ai/sdk'
import { createLogger, listen, modelApi } from '@genai-otel-kit/service-kit'
import { shutdown } from '@genai-otel-kit/telemetry'
import OpenAI from 'openai'
import { createSummarizer } from './app.ts'

const logger = createLogger('summarizer')
const anthropic = new Anthropic({ ...modelApi('anthropic'), timeout: 60_000 })
const openai = new OpenAI({ ...modelApi('openai'), timeout: 60_000 })
await listen(createSummarizer(anthropic, openai, logger), { logger, onStop: () => shutdown() })
