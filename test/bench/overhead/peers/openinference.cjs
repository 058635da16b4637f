const { AnthropicInstrumentation } = require('@arizeai/openinference-instrumentation-anthropic')
const { OpenAIInstrumentation } = require('@arizeai/openinference-instrumentation-openai')
const { register } = require('@arizeai/phoenix-otel')

const traceConfig = process.env.NO_CONTENT ? { hideInputs: true, hideOutputs: true } : {}
register({
  projectName: 'bench',
  url: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  apiKey: 'any',
  instrumentations: [
    new AnthropicInstrumentation({ traceConfig }),
    new OpenAIInstrumentation({ traceConfig }),
  ],
})
