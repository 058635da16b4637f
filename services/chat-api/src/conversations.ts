/** A turn of a conversation, as the Messages API takes it. */
export interface Turn {
  role: 'user' | 'assistant'
  content: string
}

/**
 * The last turns of the conversations used last, in memory: enough for a demo to go on talking, and bounded. A
 * conversation that was dropped simply begins anew.
 */
export class Conversations {
  readonly #conversations = new Map<string, Turn[]>()
  readonly #maxConversations: number
  readonly #maxTurns: number

  /** @param maxTurns kept of each conversation: an even number, because a history begins with the user */
  constructor(maxConversations = 1000, maxTurns = 20) {
    this.#maxConversations = maxConversations
    this.#maxTurns = maxTurns
  }

  history(id: string): readonly Turn[] {
    return this.#conversations.get(id) ?? []
  }

  /** Adds a question and its answer. An answer without text is left out with its question: the API rejects it. */
  add(id: string, question: string, answer: string): void {
    if (answer === '') return
    const turns = [...this.history(id)]
    turns.push({ role: 'user', content: question }, { role: 'assistant', content: answer })
    // A Map keeps the order of insertion: what was used last goes last.
    this.#conversations.delete(id)
    this.#conversations.set(id, turns.slice(-this.#maxTurns))
    for (const oldest of this.#conversations.keys()) {
      if (this.#conversations.size <= this.#maxConversations) break
      this.#conversations.delete(oldest)
    }
  }
}
