/** Its documentation has a wrapper of its own for OpenAI, and OpenInference's instrumentation for Anthropic. */
const { AnthropicInstrumentation } = require('@arizeai/openinference-instrumentation-anthropic')
const { observeOpenAI } = require('@langfuse/openai')
const { LangfuseSpanProcessor } = require('@langfuse/otel')
const { NodeSDK } = require('@opentelemetry/sdk-node')

const mask = process.env.NO_CONTENT ? () => '' : undefined
new NodeSDK({
  spanProcessors: [
    new LangfuseSpanProcessor({
      publicKey: 'any',
      secretKey: 'any',
      baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
      mask,
      // Its own choice leaves out what that instrumentation makes in Node.
      shouldExportSpan: () => true,
    }),
  ],
  instrumentations: [new AnthropicInstrumentation()],
}).start()
globalThis.wrapOpenAI = observeOpenAI
