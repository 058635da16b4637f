import { trace } from '@opentelemetry/api'
import express from 'express'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import type { Logger } from './logger.ts'
import { HttpProblem } from './problem.ts'
import { upstreamProblem } from './upstream.ts'

export interface AppOptions {
  logger: Logger
  /** Registers the service's own routes. */
  routes: (app: Express) => void
  /** Largest request body in bytes. Default 1 MiB. */
  bodyLimit?: number
}

/**
 * An Express app with what every service shares: JSON bodies up to a limit, `GET /healthz`, the trace id as
 * `x-trace-id` on every answer, one log line per request (never a body), and every error as a problem
 * (RFC 9457).
 */
export function createApp({ logger, routes, bodyLimit = 1024 * 1024 }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(traceIdHeader)
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.use(logRequests(logger))
  app.use(express.json({ limit: bodyLimit }))
  routes(app)
  app.use((request) => {
    throw new HttpProblem(404, { detail: `There is no ${request.method} ${request.path}.` })
  })
  app.use(answerProblem(logger))
  return app
}

/** `x-trace-id`: what to look for in the trace store. Absent when tracing is not set up. */
const traceIdHeader: RequestHandler = (_request, response, next) => {
  const context = trace.getActiveSpan()?.spanContext()
  if (context && trace.isSpanContextValid(context)) response.setHeader('x-trace-id', context.traceId)
  next()
}

function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const start = performance.now()
    response.on('close', () => {
      logger.info(
        {
          method: request.method,
          path: request.path,
          status: response.statusCode,
          duration_ms: Math.round(performance.now() - start),
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      )
    })
    next()
  }
}

function answerProblem(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error)
    if (problem.status >= 500) {
      // Expected failures are told by the problem alone: an SDK's error message may quote the prompt.
      const what = isUnexpected(error) ? { err: error } : { problem: problem.toJSON() }
      logger.error({ ...what, path: request.path }, 'request failed')
    }
    // The status line is gone: Express' own handler closes the connection, so that the client sees a cut.
    if (response.headersSent) {
      next(error)
      return
    }
    if (problem.retryAfter !== undefined) response.setHeader('retry-after', problem.retryAfter)
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toJSON(request.path)))
  }
}

const isUnexpected = (error: unknown) => !(error instanceof HttpProblem) && !upstreamProblem(error)

/**
 * What the caller is told of an error: problems and errors of LLM SDKs as they mean it, those of the body
 * parser by their status, and of everything else only that it happened.
 */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  const upstream = upstreamProblem(error)
  if (upstream) return upstream
  const type = (error as { type?: unknown } | null)?.type
  switch (type) {
    // The parser's own message quotes the body.
    case 'entity.parse.failed':
      return new HttpProblem(400, { title: 'Invalid JSON', detail: 'The request body is not valid JSON.' })
    case 'entity.too.large': {
      const { limit } = error as { limit?: number }
      return new HttpProblem(413, { detail: `The request body is larger than ${limit} bytes.` })
    }
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new HttpProblem(415, { detail: 'The encoding of the request body is not supported.' })
    case 'request.aborted':
    case 'request.size.invalid':
      return new HttpProblem(400, { detail: 'The request body did not arrive whole.' })
    default:
      // A malformed percent escape in the path: the router throws it with this status.
      if (error instanceof URIError) return new HttpProblem(400, { detail: 'The path is not valid.' })
      return new HttpProblem(500, { detail: 'Something went wrong here. It has been logged.' })
  }
}
