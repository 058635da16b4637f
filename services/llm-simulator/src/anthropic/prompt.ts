import { countTokens, IMAGE_TOKENS } from '../tokens.ts'
import type { Block, Ttl } from './cache.ts'
import { invalid } from './request.ts'
import type { ContentBlock, Prompt } from './request.ts'

const MAX_BREAKPOINTS = 4
/** What the form of a prompt costs besides its content: once, and for each message. */
const PROMPT_TOKENS = 4
const MESSAGE_TOKENS = 3

/**
 * A request as the sequence of blocks that caching works on: tools, system, messages.
 *
 * @throws ApiError 400 for more than four breakpoints, or a 1-hour one behind a 5-minute one
 */
export function promptBlocks(prompt: Prompt): Block[] {
  const located: [string, Block][] = []
  for (const [i, tool] of (prompt.tools ?? []).entries()) located.push([`tools.${i}`, toBlock('tool', tool)])
  const system = typeof prompt.system === 'string' ? [textBlock(prompt.system)] : (prompt.system ?? [])
  for (const [i, block] of system.entries()) located.push([`system.${i}`, toBlock('system', block)])
  // What messages are cached under depends on these too, tools and system do not.
  const mode = JSON.stringify([prompt.tool_choice, prompt.thinking])
  for (const [i, { role, content }] of prompt.messages.entries()) {
    const blocks = typeof content === 'string' ? [textBlock(content)] : content
    for (const [j, each] of blocks.entries()) {
      const block = toBlock(`${role}${i === 0 && j === 0 ? mode : ''}`, each)
      if (j === 0) block.tokens += MESSAGE_TOKENS
      located.push([`messages.${i}.content.${j}`, block])
    }
  }
  if (prompt.cache_control) markLast(located, prompt.cache_control.ttl ?? '5m')
  checkBreakpoints(located)
  return located.map(([, block]) => block)
}

/** The tokens of a whole prompt: what count_tokens answers, and all kinds of input tokens together. */
export function promptTokens(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { tokens }) => sum + tokens, PROMPT_TOKENS)
}

function textBlock(text: string): ContentBlock {
  return { type: 'text', text }
}

interface CacheControl {
  ttl?: Ttl | undefined
}

interface AnyBlock {
  type?: unknown
  text?: unknown
  content?: unknown
  cache_control?: CacheControl | null | undefined
}

function toBlock(kind: string, block: AnyBlock): Block {
  const control = block.cache_control ?? innerControl(block.content)
  return {
    content: `${kind}:${contentOf(block)}`,
    tokens: tokensOf(block),
    ...(control && { ttl: control.ttl ?? '5m' }),
  }
}

/** The blocks inside a tool result may carry the breakpoint as well. */
function innerControl(content: unknown): CacheControl | undefined {
  if (!Array.isArray(content)) return undefined
  return content.map((inner: AnyBlock) => inner.cache_control).find((control) => control != null) ?? undefined
}

/** A text is itself, whether it came as a block or bare; any other block is its JSON, without breakpoints. */
function contentOf(block: AnyBlock): string {
  if (block.type === 'text') return String(block.text)
  return JSON.stringify(block, (key, value: unknown) => (key === 'cache_control' ? undefined : value))
}

function tokensOf(block: AnyBlock): number {
  if (block.type === 'text') return countTokens(String(block.text))
  let images = 0
  const json = JSON.stringify(block, (key, value: unknown) => {
    if (key === 'cache_control') return undefined
    if (typeof value !== 'object' || value === null || (value as AnyBlock).type !== 'image') return value
    images++
    return undefined
  })
  return countTokens(json ?? '') + images * IMAGE_TOKENS
}

/** A `cache_control` of the whole request stands for one on its last block. */
function markLast(located: [string, Block][], ttl: Ttl): void {
  const block = located.at(-1)?.[1]
  if (!block) return
  if (block.ttl !== undefined && block.ttl !== ttl) {
    throw invalid('cache_control: the last block already has a cache_control with another ttl')
  }
  block.ttl = ttl
}

function checkBreakpoints(located: [string, Block][]): void {
  const breakpoints = located.filter(([, { ttl }]) => ttl !== undefined)
  if (breakpoints.length > MAX_BREAKPOINTS) {
    throw invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${breakpoints.length}.`)
  }
  const first5m = breakpoints.findIndex(([, { ttl }]) => ttl === '5m')
  const late = breakpoints.find(([, { ttl }], index) => ttl === '1h' && first5m >= 0 && index > first5m)
  if (late) {
    throw invalid(
      `${late[0]}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control ` +
        'block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.',
    )
  }
}
