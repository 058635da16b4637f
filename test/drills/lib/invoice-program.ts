/** Calls of both providers, of each kind that is priced in another way; services/telemetry traces them. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { shutdown } from '@genai-otel-kit/telemetry'

const anthropic = new Anthropic()
const openai = new OpenAI()
// Long enough for both providers' caches.
const document = 'The quick brown fox jumps over the lazy dog, again and again, until it is tired. '.repeat(
  400,
)

const ask = (model: string, ttl?: '5m' | '1h') =>
  anthropic.messages.create({
    model,
    max_tokens: 300,
    system: ttl
      ? [{ type: 'text', text: `Kept for ${ttl}. ${document}`, cache_control: { type: 'ephemeral', ttl } }]
      : 'Be brief.',
    messages: [{ role: 'user', content: 'Where is my parcel?' }],
  })
await ask('claude-haiku-4-5')
await ask('claude-opus-4-8')
for (const ttl of ['5m', '5m', '1h'] as const) await ask('claude-sonnet-5', ttl)
await anthropic.messages
  .stream({
    model: 'claude-haiku-4-5',
    max_tokens: 300,
    messages: [{ role: 'user', content: 'Tell me a story.' }],
  })
  .finalMessage()

for (const stream of [false, false, true]) {
  const answer = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    messages: [
      { role: 'system', content: document },
      { role: 'user', content: 'Where is my parcel?' },
    ],
  })
  // To its end, which has the usage.
  if (Symbol.asyncIterator in answer) for await (const chunk of answer) void chunk
}
await openai.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] })
await shutdown()
