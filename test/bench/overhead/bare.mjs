/** As OpenTelemetry's own documentation sets it up: the Anthropic SDK traces itself, OpenAI's is instrumented. */
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { NodeSDK } from '@opentelemetry/sdk-node'

new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] }).start()
