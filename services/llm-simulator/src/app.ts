import { createApp, toProblem } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import { countMessageTokens } from './anthropic/count-tokens.ts'
import { anthropic } from './anthropic/dialect.ts'
import { createMessage } from './anthropic/messages.ts'
import { ApiError } from './api-error.ts'
import { billingRoutes } from './billing/routes.ts'
import { controlRoutes } from './control.ts'
import { endpoint } from './endpoint.ts'
import type { Dialect } from './endpoint.ts'
import { gemini } from './gemini/dialect.ts'
import { countContentTokens } from './gemini/count-tokens.ts'
import { embedContents } from './gemini/embeddings.ts'
import { generateContent } from './gemini/generate-content.ts'
import { isGeminiPath, methodOf } from './gemini/path.ts'
import { createChatCompletion } from './openai/chat.ts'
import { openai } from './openai/dialect.ts'
import { createEmbeddings } from './openai/embeddings.ts'
import { createResponse } from './openai/responses.ts'
import { SimulatorState } from './state.ts'

/** Anthropic's limit for the Messages API: https://platform.claude.com/docs/en/api/errors#request-size-limits */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

/** The simulated APIs and the endpoints to steer them, as an Express app. */
export function simulatorApp(state: SimulatorState, logger: Logger, bodyLimit = BODY_LIMIT_BYTES): Express {
  return createApp({
    logger,
    bodyLimit,
    routes: (app) => {
      controlRoutes(app, state)
      billingRoutes(app, state)
      app.post('/v1/messages', endpoint(state, anthropic, createMessage))
      app.post('/v1/messages/count_tokens', endpoint(state, anthropic, countMessageTokens))
      app.post('/v1/chat/completions', endpoint(state, openai, createChatCompletion))
      app.post('/v1/responses', endpoint(state, openai, createResponse))
      app.post('/v1/embeddings', endpoint(state, openai, createEmbeddings))
      app.post(['/v1/models/:call', '/v1beta/models/:call'], geminiMethods(state))
      for (const path of ['/v1', '/v1beta']) {
        app.use(path, (request, response) => answerError(state, request, response, new ApiError(404)))
        app.use(path, unreadableBody(state))
      }
    },
  })
}

/** Google's paths end in `<model>:<method>`. */
function geminiMethods(state: SimulatorState): RequestHandler {
  const methods: Record<string, RequestHandler> = {
    generateContent: endpoint(state, gemini, generateContent),
    streamGenerateContent: endpoint(state, gemini, generateContent),
    countTokens: endpoint(state, gemini, countContentTokens),
    embedContent: endpoint(state, gemini, embedContents),
    batchEmbedContents: endpoint(state, gemini, embedContents),
  }
  return (request, response, next) => {
    const method = methods[methodOf(request)]
    if (method) void method(request, response, next)
    else next()
  }
}

/** A body that is too large or not JSON never reaches an endpoint; it is answered in the API's form all the same. */
function unreadableBody(state: SimulatorState): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    const { status, message } = toProblem(error)
    if (response.headersSent || status >= 500) next(error)
    else await answerError(state, request, response, new ApiError(status, { message }))
  }
}

async function answerError(state: SimulatorState, request: Request, response: Response, error: ApiError) {
  await endpoint(state, dialectOf(request), () => Promise.reject(error))(request, response, () => {})
}

function dialectOf(request: Request): Dialect {
  if (isGeminiPath(request.originalUrl)) return gemini
  return request.get('anthropic-version') !== undefined || request.originalUrl.startsWith('/v1/messages')
    ? anthropic
    : openai
}
