import type { Handle } from '../endpoint.ts'
import { promptBlocks, promptTokens } from './prompt.ts'
import { checkConversation, parsePrompt } from './request.ts'

/** `POST /v1/messages/count_tokens`: counts as `usage` does, caches nothing, bills nothing. */
export const countMessageTokens: Handle = async (exchange, body) => {
  const prompt = parsePrompt(body, (name) => exchange.request.get(name))
  checkConversation(prompt)
  const blocks = promptBlocks(prompt)
  await exchange.waitForHeaders()
  await exchange.generate(0, 0)
  exchange.sendJson(200, { input_tokens: promptTokens(blocks) })
}
