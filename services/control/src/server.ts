import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { controlApp } from './app.ts'
import { readSettings } from './settings.ts'
import { Steering } from './steering.ts'

const logger = createLogger('control')
const settings = readSettings(process.env)
const steering = new Steering(settings.LLM_SIMULATOR_URL, settings.TRAFFIC_URL, logger)
steering.start()
await listen(controlApp(settings, steering, logger), { logger, onStop: () => steering.stop() })
