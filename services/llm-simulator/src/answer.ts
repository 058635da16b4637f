import type { Draw } from './behavior.ts'
import type { Exchange } from './exchange.ts'
import { sampleSchema } from './schema-sample.ts'
import type { JsonSchema } from './schema-sample.ts'
import { countTokens, toChunks, wordsOf } from './tokens.ts'
import type { Chunk } from './tokens.ts'
import type { ToolCall } from './tools.ts'

export interface Part {
  kind: 'reasoning' | 'text' | 'tool'
  /** The text, or a tool's arguments as JSON. */
  text: string
  tool?: ToolCall
  tokens: number
}

/** What a model answers, in no API's form yet. */
export interface Answer {
  parts: Part[]
  stop: 'end' | 'max_tokens' | 'refusal' | 'tool' | 'stop_sequence'
  stopSequence?: string
  outputTokens: number
  /** Of `outputTokens`. */
  reasoningTokens: number
}

export interface AnswerRequest {
  draw: Draw
  maxTokens: number | undefined
  reasons: boolean
  tool: ToolCall | undefined
  /** The answer must be JSON of this form. */
  format: JsonSchema | undefined
  stopSequences: readonly string[]
}

const REFUSAL_TOKENS = 8

/**
 * Makes up an answer of the drawn length. `maxTokens` cuts it, reasoning included, as in both APIs; a tool call
 * that does not fit is not made.
 */
export function composeAnswer({ draw, maxTokens = Infinity, ...request }: AnswerRequest): Answer {
  const parts: Part[] = []
  const reasoningTokens = request.reasons ? Math.min(draw.reasoningTokens, maxTokens) : 0
  if (reasoningTokens > 0) parts.push(textPart('reasoning', wordsOf(reasoningTokens)))
  const room = maxTokens - reasoningTokens
  const finish = (stop: Answer['stop'], part?: Part, stopSequence?: string): Answer => {
    if (part && part.tokens > 0) parts.push(part)
    const outputTokens = parts.reduce((sum, part) => sum + part.tokens, 0)
    return { parts, stop, outputTokens, reasoningTokens, ...(stopSequence !== undefined && { stopSequence }) }
  }

  if (draw.stop === 'refusal') {
    return finish('refusal', textPart('text', wordsOf(Math.min(REFUSAL_TOKENS, room))))
  }
  if (request.tool) {
    const text = JSON.stringify(request.tool.input)
    const tokens = countTokens(request.tool.name) + countTokens(text)
    if (tokens <= room) return finish('tool', { kind: 'tool', text, tool: request.tool, tokens })
  }
  if (request.format) {
    const text = JSON.stringify(sampleSchema(request.format))
    if (countTokens(text) <= room) return finish('end', textPart('text', text))
    return finish('max_tokens', textPart('text', cutTokens(text, room)))
  }
  const wanted = draw.stop === 'max_tokens' && room < Infinity ? room : draw.outputTokens
  const text = wordsOf(Math.min(wanted, room))
  const [sequence, at] = firstOf(text, request.stopSequences)
  if (sequence !== undefined) return finish('stop_sequence', textPart('text', text.slice(0, at)), sequence)
  const isCut = draw.stop === 'max_tokens' || wanted > room
  return finish(isCut ? 'max_tokens' : 'end', textPart('text', text))
}

function textPart(kind: 'reasoning' | 'text', text: string): Part {
  return { kind, text, tokens: countTokens(text) }
}

/** As much of the start of a text as has so many tokens. */
function cutTokens(text: string, tokens: number): string {
  return Buffer.from(text)
    .subarray(0, tokens * 4)
    .toString()
    .replace(/\uFFFD$/, '')
}

function firstOf(text: string, sequences: readonly string[]): [string | undefined, number] {
  return sequences
    .map((sequence): [string, number] => [sequence, text.indexOf(sequence)])
    .filter(([, at]) => at >= 0)
    .reduce<[string | undefined, number]>(
      (first, next) => (next[1] < first[1] ? next : first),
      [undefined, Infinity],
    )
}

/** Puts an answer into an API's form, as it is generated. */
export interface AnswerWriter {
  /** The headers are due. */
  begin?(): void
  startPart?(part: Part, index: number): void
  chunk?(part: Part, index: number, chunk: Chunk): void
  endPart?(part: Part, index: number): void
  /** All is generated. */
  end(): void
}

/** Tokens generated so far. */
export interface Progress {
  outputTokens: number
  reasoningTokens: number
}

/**
 * Generates an answer at its pace. The ledger's usage follows, so that it is right wherever this ends.
 *
 * @param usageOf the API's usage object when so much has been generated
 * @param onBegin called when the headers are due
 */
export async function deliver(
  exchange: Exchange,
  answer: Answer,
  writer: AnswerWriter,
  usageOf: (progress: Progress) => object,
  onBegin: () => void,
): Promise<void> {
  const progress: Progress = { outputTokens: 0, reasoningTokens: 0 }
  try {
    await exchange.waitForHeaders()
    onBegin()
    writer.begin?.()
    for (const [index, part] of answer.parts.entries()) {
      let left = part.tokens
      const chunks = toChunks(part.text)
      for (const [i, chunk] of chunks.entries()) {
        // A tool's name counts too: with the last piece.
        const tokens = i === chunks.length - 1 ? left : chunk.tokens
        await exchange.generate(tokens, answer.outputTokens)
        if (i === 0) writer.startPart?.(part, index)
        writer.chunk?.(part, index, chunk)
        await exchange.drained()
        left -= tokens
        progress.outputTokens += tokens
        if (part.kind === 'reasoning') progress.reasoningTokens += tokens
      }
      writer.endPart?.(part, index)
    }
    await exchange.finishGenerating()
    writer.end()
  } finally {
    exchange.note({ usage: usageOf(progress) })
    exchange.countUse({ outputTokens: progress.outputTokens })
  }
}
