import type { Handle } from '../endpoint.ts'
import { modelOf } from './path.ts'
import { promptText } from './prompt.ts'
import { parseCountRequest } from './request.ts'

/** `:countTokens`, https://ai.google.dev/api/tokens: counts as `usageMetadata` does, and bills nothing. */
export const countContentTokens: Handle = async (exchange, body) => {
  const { request } = parseCountRequest(modelOf(exchange.request), body)
  const totalTokens = promptText(request).tokens
  await exchange.waitForHeaders()
  await exchange.generate(0, 0)
  exchange.sendJson(200, {
    totalTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }],
  })
}
