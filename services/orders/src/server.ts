import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { shutdown } from '@genai-otel-kit/telemetry'
import { createOrders } from './app.ts'

const logger = createLogger('orders')
await listen(createOrders(logger), { logger, onStop: () => shutdown() })
