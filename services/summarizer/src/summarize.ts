import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'

export interface Summary {
  summary: string
  model: string
  /** As the API gave it. */
  usage: object | undefined
}

const instruction =
  'You summarise documents. Answer with one paragraph of at most five sentences, and nothing else.'
const question = 'Summarise the document.'
/** Reasoning models spend some of it before the first word. */
const maxTokens = 2048

export interface AnthropicOptions {
  model: string
  /** How long the document stays in the prompt cache: it is written at a surcharge and read at a tenth of the price. */
  cache: '5m' | '1h' | 'none'
}

/** @throws APIError of the SDK */
export async function summarizeWithAnthropic(
  anthropic: Anthropic,
  document: string,
  { model, cache }: AnthropicOptions,
  signal: AbortSignal,
): Promise<Summary> {
  const message = await anthropic.messages.create(
    {
      model,
      max_tokens: maxTokens,
      // What is the same in every request goes first: only a common beginning can be cached.
      system: [
        { type: 'text', text: instruction },
        {
          type: 'text',
          text: document,
          ...(cache !== 'none' && { cache_control: { type: 'ephemeral', ttl: cache } }),
        },
      ],
      messages: [{ role: 'user', content: question }],
    },
    { signal },
  )
  const summary = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  return { summary, model: message.model, usage: message.usage }
}

/** @throws APIError of the SDK */
export async function summarizeWithOpenAI(
  openai: OpenAI,
  document: string,
  { model }: { model: string },
  signal: AbortSignal,
): Promise<Summary> {
  const completion = await openai.chat.completions.create(
    {
      model,
      max_completion_tokens: maxTokens,
      messages: [
        { role: 'system', content: instruction },
        { role: 'user', content: `${document}\n\n${question}` },
      ],
    },
    { signal },
  )
  const summary = completion.choices[0]?.message.content ?? ''
  return { summary, model: completion.model, usage: completion.usage }
}
