import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { createAlertInbox } from './app.ts'

const logger = createLogger('alert-inbox')
await listen(createAlertInbox(logger), { logger })
