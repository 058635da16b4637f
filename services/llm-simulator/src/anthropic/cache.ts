import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'

export type Ttl = '5m' | '1h'

/** A piece of a prompt, in the order in which prefixes are formed: tools, system, messages. */
export interface Block {
  /** What it says, in a form that is the same for the same meaning. */
  content: string
  tokens: number
  /** Set: a breakpoint, the prefix up to and including this block is to be cached so long. */
  ttl?: Ttl | undefined
}

/** What the cache makes of a prompt, in tokens. */
export interface CacheUse {
  read: number
  written5m: number
  written1h: number
  /** Makes what was written readable: to be called when the answer begins. */
  commit: () => void
}

interface Entry {
  ttl: Ttl
  expires: number
}

const LIFETIME_MS: Record<Ttl, number> = { '5m': 5 * 60_000, '1h': 60 * 60_000 }
const LOOKBACK_BLOCKS = 20
const MAX_ENTRIES = 100_000

/**
 * Prompt caching as https://platform.claude.com/docs/en/build-with-claude/prompt-caching has it:
 *
 * - entries are written at breakpoints, for the whole prefix up to there, by a hash of it;
 * - at each breakpoint, the last first, the longest cached prefix is looked up that ends there or at one of the
 *   19 blocks before;
 * - up to the hit is read, from there to the last 1-hour breakpoint is a 1-hour write, and from there to the last
 *   breakpoint a 5-minute write;
 * - a prefix shorter than the model's minimum is not cached, silently;
 * - a hit starts the lifetime of what it used anew; what is written can be read from when the answer begins.
 */
export class PromptCache {
  private readonly entries = new Map<string, Entry>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  /**
   * Looks a prompt up and starts the lifetime of what it hits anew.
   *
   * @param scope what caches are not shared across: model and API key
   * @param minimum the model's shortest cacheable prefix, in tokens
   */
  use(scope: string, blocks: readonly Block[], minimum: number): CacheUse {
    const prefixes = prefixesOf(scope, blocks)
    const breakpoints = prefixes.filter(({ ttl, tokens }) => ttl !== undefined && tokens >= minimum)
    const hit = this.longestHit(prefixes, breakpoints)
    const read = hit?.tokens ?? 0
    for (const prefix of [...breakpoints, ...(hit ? [hit] : [])]) {
      const entry = prefix.tokens <= read ? this.live(prefix.hash) : undefined
      if (entry) this.store(prefix.hash, entry.ttl)
    }
    const end = Math.max(read, breakpoints.at(-1)?.tokens ?? 0)
    const end1h = Math.max(read, breakpoints.findLast(({ ttl }) => ttl === '1h')?.tokens ?? 0)
    return {
      read,
      written1h: end1h - read,
      written5m: end - end1h,
      commit: () => {
        for (const { hash, ttl } of breakpoints) if (ttl && !this.live(hash)) this.store(hash, ttl)
      },
    }
  }

  clear(): void {
    this.entries.clear()
  }

  private longestHit(prefixes: Prefix[], breakpoints: Prefix[]): Prefix | undefined {
    for (const { index } of breakpoints.toReversed()) {
      const window = prefixes.slice(Math.max(0, index + 1 - LOOKBACK_BLOCKS), index + 1)
      const hit = window.findLast(({ hash }) => this.live(hash))
      if (hit) return hit
    }
    return undefined
  }

  private live(hash: string): Entry | undefined {
    const entry = this.entries.get(hash)
    return entry && entry.expires > this.clock.now() ? entry : undefined
  }

  private store(hash: string, ttl: Ttl): void {
    // Deleted first, so that the map stays in the order of use.
    this.entries.delete(hash)
    this.entries.set(hash, { ttl, expires: this.clock.now() + LIFETIME_MS[ttl] })
    if (this.entries.size <= MAX_ENTRIES) return
    const oldest = this.entries.keys().next().value
    if (oldest !== undefined) this.entries.delete(oldest)
  }
}

interface Prefix {
  index: number
  hash: string
  /** From the start of the prompt. */
  tokens: number
  ttl: Ttl | undefined
}

function prefixesOf(scope: string, blocks: readonly Block[]): Prefix[] {
  let hash = scope
  let tokens = 0
  return blocks.map((block, index) => {
    hash = createHash('sha256').update(`${hash}\n${block.content}`).digest('base64')
    tokens += block.tokens
    return { index, hash, tokens, ttl: block.ttl }
  })
}
