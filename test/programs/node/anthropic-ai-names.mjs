/** A span with ai.* names that works out its own cost. */
import Anthropic from '@anthropic-ai/sdk'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK()
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
  return tracer.startActiveSpan('ai.completion', async (span) => {
    span.setAttribute('ai.model', 'claude-sonnet-5')
    span.setAttribute('app.feature', 'support')
    const begun = performance.now()
    try {
      const response = await client.messages.create({
        model: 'claude-sonnet-5',
        max_tokens: 500,
        messages: [{ role: 'user', content: question }],
      })
      const { input_tokens: input, output_tokens: output } = response.usage
      span.setAttribute('ai.tokens.input', input)
      span.setAttribute('ai.tokens.output', output)
      span.setAttribute('ai.cost_usd', (input * 3 + output * 15) / 1e6)
      span.setAttribute('ai.latency_ms', performance.now() - begun)
      return response.content[0].text
    } catch (error) {
      span.setAttribute('ai.error.type', error.constructor.name)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      throw error
    } finally {
      span.end()
    }
  })
}

for (const question of questions) {
  try {
    console.log(await ask(question))
  } catch (error) {
    console.log('failed:', error.message)
  }
}
await sdk.shutdown()
