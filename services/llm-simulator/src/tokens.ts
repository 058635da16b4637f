/**
 * Token counting by rule instead of by a tokenizer, so that tests can say what to expect: four bytes of UTF-8
 * are one token, the rest counts as one more. (English text has about 4 bytes per token in real ones.)
 */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** What any image counts as: about one of 1.15 megapixels, https://platform.claude.com/docs/en/build-with-claude/vision. */
export const IMAGE_TOKENS = 1600

/** A piece of an answer, as it is streamed. */
export interface Chunk {
  text: string
  tokens: number
}

const CHUNK_TOKENS = 5

/** Cuts a text into pieces of about five tokens whose counts add up to the text's. */
export function toChunks(text: string): Chunk[] {
  const chunks: Chunk[] = []
  let current = ''
  let bytes = 0
  let counted = 0
  const push = () => {
    const tokens = Math.ceil(bytes / 4) - counted
    chunks.push({ text: current, tokens })
    counted += tokens
    current = ''
  }
  for (const character of text) {
    current += character
    bytes += Buffer.byteLength(character)
    if (bytes >= (counted + CHUNK_TOKENS) * 4) push()
  }
  if (current !== '') push()
  return chunks
}

const words =
  'the sun and sea may yet bid you all one day for now our old map has two new way ran out ask her see him'
    .split(' ')
    .filter((word) => word.length === 3)

/** Text of exactly so many tokens: three-letter words, each with its space one token. */
export function wordsOf(tokens: number): string {
  let text = ''
  for (let i = 0; i < tokens; i++) text += (words[(i * 7) % words.length] as string) + ' '
  // The dot takes the place of the last space.
  return text.slice(0, -1) + (tokens > 0 ? '.' : '')
}
