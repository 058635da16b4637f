import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { simulatorApp } from './app.ts'
import { SimulatorState } from './state.ts'

const logger = createLogger('llm-simulator')
await listen(simulatorApp(new SimulatorState(), logger), { logger })
