import { embed } from '../embedding.ts'
import { invalidParam } from './request.ts'
import { parseEmbeddingsRequest } from './request.ts'
import type { EmbeddingsRequest } from './request.ts'
import type { Handle } from '../endpoint.ts'
import { snapshotOf } from '../models.ts'
import { countTokens } from '../tokens.ts'

const MAX_INPUT_TOKENS = 8192

/** `POST /v1/embeddings`, https://platform.openai.com/docs/api-reference/embeddings */
export const createEmbeddings: Handle = async (exchange, body) => {
  const request = parseEmbeddingsRequest(body)
  const model = snapshotOf(request.model)
  const inputs = toInputs(request.input)
  const tokens = inputs.map((input) => (typeof input === 'string' ? countTokens(input) : input.length))
  const longest = Math.max(...tokens)
  if (longest > MAX_INPUT_TOKENS) {
    throw invalidParam('input', `maximum input length is ${MAX_INPUT_TOKENS} tokens, got ${longest}`)
  }
  const total = tokens.reduce((sum, count) => sum + count, 0)
  exchange.countUse({ inputTokens: total })
  exchange.note({ model })

  const usage = { prompt_tokens: total, total_tokens: total }
  exchange.note({ usage })
  await exchange.waitForHeaders()
  await exchange.generate(0, 0)
  const dimensions = request.dimensions ?? (model === 'text-embedding-3-large' ? 3072 : 1536)
  const data = inputs.map((input, index) => {
    const vector = embed(JSON.stringify(input), dimensions)
    const embedding =
      request.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    return { object: 'embedding', index, embedding }
  })
  exchange.note({ usage_sent: usage })
  exchange.sendJson(200, { object: 'list', data, model, usage })
}

type Input = string | number[]

function toInputs(input: EmbeddingsRequest['input']): Input[] {
  if (typeof input === 'string') return [input]
  return typeof input[0] === 'number' ? [input as number[]] : (input as Input[])
}
