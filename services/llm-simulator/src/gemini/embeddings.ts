import { embed } from '../embedding.ts'
import type { Handle } from '../endpoint.ts'
import { countTokens } from '../tokens.ts'
import { methodOf, modelOf } from './path.ts'
import { contentText } from './prompt.ts'
import { parseEmbeddingsRequest } from './request.ts'

const DIMENSIONS = 3072

/** `:embedContent` and `:batchEmbedContents`, https://ai.google.dev/api/embeddings */
export const embedContents: Handle = async (exchange, body) => {
  const { model, request } = parseEmbeddingsRequest(modelOf(exchange.request), body)
  const texts = request.requests.map(({ content }) => contentText(content))
  const promptTokenCount = texts.reduce((sum, text) => sum + countTokens(text), 0)
  exchange.countUse({ inputTokens: promptTokenCount })
  const details = [{ modality: 'TEXT', tokenCount: promptTokenCount }]
  const usageMetadata = { promptTokenCount, promptTokenDetails: details }
  exchange.note({ model, usage: usageMetadata })
  await exchange.waitForHeaders()
  await exchange.generate(0, 0)
  const embeddings = request.requests.map(({ outputDimensionality }, i) => ({
    values: [...embed(texts[i] as string, outputDimensionality ?? DIMENSIONS)],
  }))
  exchange.note({ usage_sent: usageMetadata })
  const isBatch = methodOf(exchange.request) === 'batchEmbedContents'
  exchange.sendJson(200, { ...(isBatch ? { embeddings } : { embedding: embeddings[0] }), usageMetadata })
}
