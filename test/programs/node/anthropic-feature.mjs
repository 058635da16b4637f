/** The feature is set once, where a request comes in; OpenTelemetry’s baggage puts it on every span below. */
import Anthropic from '@anthropic-ai/sdk'
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'
import { BaggageSpanProcessor } from '@opentelemetry/baggage-span-processor'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'

const sdk = new NodeSDK({
  spanProcessors: [
    new BaggageSpanProcessor((key) => key.startsWith('app.')),
    new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }),
  ],
})
sdk.start()
const tracer = trace.getTracer('my-app')
const client = new Anthropic()

const questions = [
  'Where is my parcel?',
  'Can I return a gift without a receipt?',
  'Which of your shops is open on Sunday?',
  'How long is the guarantee on a kettle?',
  'Do you deliver to islands, and what does it cost?',
  'My lamp came without a bulb. What can I do?',
]

async function ask(question) {
  return tracer.startActiveSpan('llm.chat', async (span) => {
    span.setAttribute('gen_ai.system', 'anthropic')
    span.setAttribute('gen_ai.request.model', 'claude-sonnet-5')
    try {
      const response = await client.messages.create({
        model: 'claude-sonnet-5',
        max_tokens: 500,
        messages: [{ role: 'user', content: question }],
      })
      span.setAttribute('gen_ai.response.model', response.model)
      span.setAttribute('gen_ai.usage.input_tokens', response.usage.input_tokens)
      span.setAttribute('gen_ai.usage.output_tokens', response.usage.output_tokens)
      return response.content[0].text
    } catch (error) {
      span.recordException(error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      throw error
    } finally {
      span.end()
    }
  })
}

async function handle(question) {
  const baggage = propagation.createBaggage({ 'app.feature': { value: 'support' } })
  return context.with(propagation.setBaggage(context.active(), baggage), () => ask(question))
}

for (const question of questions) {
  try {
    console.log(await handle(question))
  } catch (error) {
    console.log('failed:', error.message)
  }
}
await sdk.shutdown()
