import Anthropic from '@anthropic-ai/sdk'
import { createLogger, listen, modelApi } from '@genai-otel-kit/service-kit'
import { shutdown } from '@genai-otel-kit/telemetry'
import { createChatApi } from './app.ts'

const logger = createLogger('chat-api')
const anthropic = new Anthropic({ ...modelApi('anthropic'), timeout: 60_000 })
await listen(createChatApi(anthropic, logger), { logger, onStop: () => shutdown() })
