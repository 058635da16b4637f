import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'

const FIRST_TOKENS = 1024
const STEP_TOKENS = 128
const LIFETIME_MS = 5 * 60_000
const MAX_ENTRIES = 200_000

/**
 * Prompt caching as https://platform.openai.com/docs/guides/prompt-caching has it: automatic, for prefixes of
 * 1,024 tokens and every 128 more, for five minutes after the last use.
 */
export class PrefixCache {
  private readonly expires = new Map<string, number>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  /**
   * @param scope what caches are not shared across: model, API key, `prompt_cache_key`
   * @param prompt the whole of it, four bytes a token
   * @returns how many tokens came from the cache, and what makes this prompt readable
   */
  use(scope: string, prompt: string): { read: number; commit: () => void } {
    const bytes = Buffer.from(prompt)
    const hash = createHash('sha256').update(scope)
    const keys: string[] = []
    let hashed = 0
    let read = 0
    for (let tokens = FIRST_TOKENS; tokens * 4 <= bytes.length; tokens += STEP_TOKENS) {
      hash.update(bytes.subarray(hashed, tokens * 4))
      hashed = tokens * 4
      const key = hash.copy().digest('base64')
      keys.push(key)
      if ((this.expires.get(key) ?? 0) > this.clock.now()) read = tokens
    }
    return { read, commit: () => this.store(keys) }
  }

  clear(): void {
    this.expires.clear()
  }

  private store(keys: string[]): void {
    for (const key of keys) {
      // Deleted first, so that the map stays in the order of use.
      this.expires.delete(key)
      this.expires.set(key, this.clock.now() + LIFETIME_MS)
    }
    for (const key of this.expires.keys()) {
      if (this.expires.size <= MAX_ENTRIES) break
      this.expires.delete(key)
    }
  }
}
