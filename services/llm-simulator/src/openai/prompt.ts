import { createHash } from 'node:crypto'
import { countTokens, IMAGE_TOKENS } from '../tokens.ts'

/** What the form of a prompt costs besides its content: once, and for each item. */
const PROMPT_TOKENS = 3
const ITEM_TOKENS = 3

export interface PromptText {
  /** In one piece, as prefixes of it are cached; never more than four bytes a token. */
  text: string
  tokens: number
}

/**
 * The items of a prompt (tools first, then messages) as text and tokens. An item that is no more than a role and a
 * text counts as its text, any other as its JSON, images apart.
 */
export function promptText(items: readonly object[]): PromptText {
  let text = ''
  let tokens = PROMPT_TOKENS
  for (const item of items) {
    const { part, images } = itemText(item)
    text += part
    tokens += countTokens(part) + images * IMAGE_TOKENS + ITEM_TOKENS
  }
  return { text, tokens }
}

function itemText(item: object): { part: string; images: number } {
  const { content } = item as { content?: unknown }
  if (
    typeof content === 'string' &&
    Object.keys(item).every((key) => ['role', 'content', 'type'].includes(key))
  ) {
    return { part: content, images: 0 }
  }
  let images = 0
  const part = JSON.stringify(item, (_key, value: unknown) => {
    if (!isImage(value)) return value
    images++
    return createHash('sha256').update(JSON.stringify(value)).digest('base64')
  })
  return { part, images }
}

function isImage(value: unknown): boolean {
  const type = (value as { type?: unknown } | null)?.type
  return type === 'image_url' || type === 'input_image'
}

/** The texts of a message's content. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .flatMap(({ text }: { text?: unknown }) => (typeof text === 'string' ? [text] : []))
    .join('\n')
}
