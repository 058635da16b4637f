import { trace } from '@opentelemetry/api'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

export type { Logger } from 'pino'

const secretHeaders = ['authorization', 'x-api-key']

/**
 * A JSON logger on stdout. Each line carries the active trace and span id. Errors are reduced to name,
 * message, stack, code and status, because errors of the body parser and of the LLM SDKs carry bodies.
 * Level: `LOG_LEVEL`, default `info`.
 */
export function createLogger(name: string, destination?: DestinationStream): Logger {
  return pino(
    {
      name,
      level: process.env.LOG_LEVEL ?? 'info',
      redact: {
        paths: secretHeaders.flatMap((name) => ['', '*', '*.*'].map((parents) => `${parents}["${name}"]`)),
        censor: '[redacted]',
      },
      serializers: { err: describeError },
      mixin: () => {
        const context = trace.getActiveSpan()?.spanContext()
        return context ? { trace_id: context.traceId, span_id: context.spanId } : {}
      },
    },
    destination,
  )
}

/** The parts of an error that are safe to log; of its cause likewise. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: `a thrown ${typeof error}` }
  const { code, status } = error as Error & { code?: unknown; status?: unknown }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  }
}
