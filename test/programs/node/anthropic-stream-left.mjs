/** A reader that leaves each stream after its first words. */
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
  return tracer.startActiveSpan('claude.stream', async (span) => {
    span.setAttribute('gen_ai.system', 'anthropic')
    span.setAttribute('gen_ai.request.model', 'claude-sonnet-5')
    try {
      const stream = await client.messages.create({
        model: 'claude-sonnet-5',
        max_tokens: 500,
        messages: [{ role: 'user', content: question }],
        stream: true,
      })
      for await (const event of stream) {
        if (event.type === 'content_block_delta') return event.delta.text
      }
      return ''
    } catch (error) {
      span.recordException(error)
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
