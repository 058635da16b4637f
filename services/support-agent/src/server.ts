import Anthropic from '@anthropic-ai/sdk'
import { createLogger, listen, modelApi } from '@genai-otel-kit/service-kit'
import { shutdown } from '@genai-otel-kit/telemetry'
import { createSupportAgent } from './app.ts'
import { OrdersClient } from './orders-client.ts'

const logger = createLogger('support-agent')
const anthropic = new Anthropic({ ...modelApi('anthropic'), timeout: 60_000 })
const orders = new OrdersClient(process.env.ORDERS_URL || 'http://localhost:8084')
await listen(createSupportAgent(anthropic, orders, logger), { logger, onStop: () => shutdown() })
