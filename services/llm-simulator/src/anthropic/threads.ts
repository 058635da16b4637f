import { ApiError } from '../api-error.ts'
import type { Clock } from '../clock.ts'
import type { ContentBlock, Message, MessagesRequest } from './request.ts'
import { invalid } from './request.ts'

/** One request of a conversation that may be held here. */
export interface Turn {
  /** The request as if it had sent the whole conversation. */
  request: MessagesRequest
  /** Holds the conversation for the next turn, under the id of the answer. */
  hold: (messageId: string, content: object[]) => void
  /** The request has ended, held or not. */
  end: () => void
}

interface Thread {
  account: string
  expires: number
  state: 'open' | 'in_flight' | 'continued'
  system: MessagesRequest['system']
  tools: MessagesRequest['tools']
  messages: Message[]
}

const LIFETIME_MS = 5 * 60_000
const MAX_THREADS = 20_000

/**
 * Conversations held on the server, so that a request sends only what is new; the SDK's tool runner does that by
 * default. https://platform.claude.com/docs/en/build-with-claude/message-threads
 *
 * A thread lives five minutes from its last answer, each answer can be continued once, tools and system stay as they
 * were, and everything is counted and cached as if it had been sent. Breakpoints of tools and system stay too; those
 * of earlier messages do not, else a fifth turn with one of its own would be an error.
 */
export class Threads {
  private readonly threads = new Map<string, Thread>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** @throws ApiError 404 `thread_not_found`, 400 when it cannot be continued */
  open(account: string, request: MessagesRequest): Turn {
    if (request.thread?.type !== 'continue') {
      const hold = (id: string, content: object[]) => {
        if (request.thread) this.store(id, account, request, content)
      }
      return { request, hold, end: () => {} }
    }
    const previous = this.find(account, request.thread.previous_message_id)
    if (request.system !== undefined || request.tools !== undefined) {
      throw invalid('thread: system and tools cannot be set when a thread is continued')
    }
    const whole = {
      ...request,
      system: previous.system,
      tools: previous.tools,
      messages: [...previous.messages, ...request.messages],
    }
    previous.state = 'in_flight'
    return {
      request: whole,
      hold: (id, content) => {
        previous.state = 'continued'
        this.store(id, account, whole, content)
      },
      end: () => {
        if (previous.state === 'in_flight') previous.state = 'open'
      },
    }
  }

  private find(account: string, id: string): Thread {
    const thread = this.threads.get(id)
    if (!thread || thread.account !== account || thread.expires <= this.clock.now()) {
      throw new ApiError(404, { message: `thread: ${id} was not found`, code: 'thread_not_found' })
    }
    if (thread.state === 'open') return thread
    const code = thread.state === 'in_flight' ? 'thread_continue_in_flight' : 'thread_already_continued'
    throw new ApiError(400, { message: `thread: ${id} cannot be continued`, code })
  }

  private store(id: string, account: string, request: MessagesRequest, content: object[]): void {
    const reply: Message = { role: 'assistant', content: content as ContentBlock[] }
    this.threads.set(id, {
      account,
      expires: this.clock.now() + LIFETIME_MS,
      state: 'open',
      system: request.system,
      tools: request.tools,
      messages: [...request.messages.map(withoutBreakpoints), reply],
    })
    for (const [oldest, { expires }] of this.threads) {
      if (expires > this.clock.now() && this.threads.size <= MAX_THREADS) break
      this.threads.delete(oldest)
    }
  }
}

function withoutBreakpoints(message: Message): Message {
  if (typeof message.content === 'string') return message
  const content = message.content.map((block) => ({
    ...block,
    cache_control: undefined,
    ...(Array.isArray(block.content) && {
      content: block.content.map((inner: ContentBlock) => ({ ...inner, cache_control: undefined })),
    }),
  }))
  return { ...message, content }
}
