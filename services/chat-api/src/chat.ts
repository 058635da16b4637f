import type Anthropic from '@anthropic-ai/sdk'
import type { ChatRequest } from './chat-request.ts'
import type { Conversations } from './conversations.ts'

export interface ChatAnswer {
  /** The API's own id of its answer. */
  id: string
  text: string
  model: string
  usage: Anthropic.Usage
  stop_reason: Anthropic.Message['stop_reason']
}

const system = 'You are a friendly assistant of a small shop for household goods. Answer briefly.'

/** Asks the model, with the conversation so far. */
export class Chat {
  readonly #anthropic: Anthropic
  readonly #conversations: Conversations

  constructor(anthropic: Anthropic, conversations: Conversations) {
    this.#anthropic = anthropic
    this.#conversations = conversations
  }

  /** @throws APIError of the SDK */
  async answer(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const message = await this.#anthropic.messages.create(this.#params(request), { signal })
    const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
    this.#conversations.add(request.conversation_id, request.message, text)
    return {
      id: message.id,
      text,
      model: message.model,
      usage: message.usage,
      stop_reason: message.stop_reason,
    }
  }

  /**
   * Resolves when the model begins to answer: until then an error can still be a status. Yields each piece of
   * text, and returns the whole.
   *
   * @throws APIError of the SDK, from here or from reading on
   */
  async stream(request: ChatRequest, signal: AbortSignal): Promise<AsyncGenerator<string, ChatAnswer>> {
    const events = await this.#anthropic.messages.create(
      { ...this.#params(request), stream: true },
      { signal },
    )
    return this.#read(request, events)
  }

  async *#read(
    request: ChatRequest,
    events: AsyncIterable<Anthropic.MessageStreamEvent>,
  ): AsyncGenerator<string, ChatAnswer> {
    let message: Anthropic.Message | undefined
    let text = ''
    for await (const event of events) {
      if (event.type === 'message_start') message = event.message
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        text += event.delta.text
        yield event.delta.text
      }
      if (event.type === 'message_delta' && message) {
        message.stop_reason = event.delta.stop_reason
        // Totals of the whole message; what it leaves out or has no value for stays as it was.
        const totals = Object.entries(event.usage).filter(([, value]) => value !== null)
        Object.assign(message.usage, Object.fromEntries(totals))
      }
    }
    if (!message?.stop_reason) throw new Error('the stream ended before the message did')
    this.#conversations.add(request.conversation_id, request.message, text)
    return {
      id: message.id,
      text,
      model: message.model,
      usage: message.usage,
      stop_reason: message.stop_reason,
    }
  }

  #params({ model, max_tokens, message, conversation_id }: ChatRequest) {
    const messages = [
      ...this.#conversations.history(conversation_id),
      { role: 'user' as const, content: message },
    ]
    return { model, max_tokens, system, messages }
  }
}
