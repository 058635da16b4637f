/** A span around client.chat.completions.create. */
import OpenAI from 'openai'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK()
sdk.start()
const tracer = trace.getTracer('my-app')
const client = new OpenAI()

const questions = [
  'Where is my parcel?',
  'Can I return a gift without a receipt?',
  'Which of your shops is open on Sunday?',
  'How long is the guarantee on a kettle?',
  'Do you deliver to islands, and what does it cost?',
  'My lamp came without a bulb. What can I do?',
]

async function ask(question) {
  return tracer.startActiveSpan('openai.chat', async (span) => {
    span.setAttribute('gen_ai.system', 'openai')
    span.setAttribute('gen_ai.request.model', 'gpt-5-mini')
    try {
      const response = await client.chat.completions.create({
        model: 'gpt-5-mini',
        messages: [{ role: 'user', content: question }],
      })
      span.setAttribute('gen_ai.response.model', response.model)
      span.setAttribute('gen_ai.usage.input_tokens', response.usage.prompt_tokens)
      span.setAttribute('gen_ai.usage.output_tokens', response.usage.completion_tokens)
      return response.choices[0].message.content
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
