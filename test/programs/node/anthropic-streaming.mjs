/** A client span around a stream, with the conventions’ names, the first chunk and the usage of the final message. */
import Anthropic from '@anthropic-ai/sdk'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
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
  const options = {
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5',
    },
  }
  return tracer.startActiveSpan('chat claude-sonnet-5', options, async (span) => {
    const begun = performance.now()
    let text = ''
    try {
      const stream = client.messages.stream({
        model: 'claude-sonnet-5',
        max_tokens: 500,
        messages: [{ role: 'user', content: question }],
      })
      stream.on('text', (part) => {
        if (text === '') {
          span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - begun) / 1000)
        }
        text += part
      })
      const final = await stream.finalMessage()
      span.setAttribute('gen_ai.response.model', final.model)
      span.setAttribute('gen_ai.response.finish_reasons', [final.stop_reason])
      span.setAttribute('gen_ai.usage.input_tokens', final.usage.input_tokens)
      span.setAttribute('gen_ai.usage.output_tokens', final.usage.output_tokens)
      return text
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
