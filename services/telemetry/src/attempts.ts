import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { trace } from '@opentelemetry/api'
import type { Attributes, Span } from '@opentelemetry/api'
import type { UndiciInstrumentationConfig } from '@opentelemetry/instrumentation-undici'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { takeConnectionPhases } from './connection-phases.ts'

/** The operations whose HTTP requests are attempts. Uploading files or counting tokens is not inference. */
const operations = new Set<unknown>(['chat', 'generate_content', 'text_completion', 'embeddings'])

/** How often each model call was sent so far, by its span. */
const sent = new WeakMap<Span, number>()

interface Attempt {
  span: Span
  /** When the request had been written, on the clock of `performance.now()`. */
  sentAt?: number
  answered?: boolean
}

/**
 * Tells the HTTP requests of a model call apart as its attempts. SDKs retry silently: without this, two answers
 * 429 before a 200 are one slow call. An attempt's span says which model call it belongs to, its number, and
 * where its time went, in seconds:
 *
 * - `genai.http.dns.duration`, `.tcp.duration`, `.tls.duration`: only where it had to open a connection
 * - `genai.http.first_byte.duration`: from the request being sent to the response's headers
 *
 * @see https://undici.nodejs.org/#/docs/api/DiagnosticsChannel for the events
 */
export class AttemptObserver {
  readonly #attempts = new WeakMap<object, Attempt>()
  readonly #channels = {
    'undici:client:sendHeaders': (event: { request: object; socket: Socket }) => {
      const attempt = this.#attempts.get(event.request)
      if (!attempt) return
      attempt.sentAt = performance.now()
      attempt.span.setAttributes(takeConnectionPhases(event.socket))
    },
    'undici:request:bodySent': (event: { request: object }) => {
      const attempt = this.#attempts.get(event.request)
      if (attempt) attempt.sentAt = performance.now()
    },
    'undici:request:headers': (event: { request: object }) => {
      const attempt = this.#attempts.get(event.request)
      if (!attempt) return
      attempt.answered = true
      if (attempt.sentAt === undefined) return
      const seconds = (performance.now() - attempt.sentAt) / 1000
      attempt.span.setAttribute('genai.http.first_byte.duration', seconds)
    },
    'undici:request:error': (event: { request: object; error: Error }) => {
      const attempt = this.#attempts.get(event.request)
      // The instrumentation takes an abort for no error. Before an answer it is one to an attempt: this is how
      // an SDK ends it when the time is up. After that, it is the client that has had enough of the stream.
      if (attempt && !attempt.answered) attempt.span.setAttribute('error.type', event.error.name)
    },
  }

  /** Hooks for the undici instrumentation. Create it after this, so that it ends spans after this has seen them. */
  readonly hooks: UndiciInstrumentationConfig = {
    startSpanHook: (request) => ({
      ...urlWithoutQuery(request),
      ...attemptAttributes(trace.getActiveSpan()),
    }),
    requestHook: (span, request) => {
      if (isAttempt(span)) this.#attempts.set(request, { span })
    },
  }

  constructor() {
    for (const [name, listener] of Object.entries(this.#channels)) subscribe(name, listener as () => void)
  }

  stop(): void {
    for (const [name, listener] of Object.entries(this.#channels)) unsubscribe(name, listener as () => void)
  }
}

/**
 * What a span for an HTTP request below `parent` says of the model call, and counts the request as sent. Nothing
 * when the parent is no model call. Never `gen_ai.operation.name`: the attempt must not count as a call itself.
 */
function attemptAttributes(parent: Span | undefined): Attributes {
  const call = (parent as Partial<ReadableSpan> | undefined)?.attributes
  const operation = call?.['gen_ai.operation.name']
  if (!parent || !call || !operations.has(operation)) return {}
  const resends = sent.get(parent) ?? 0
  sent.set(parent, resends + 1)
  return {
    'genai.attempt.operation': operation,
    'gen_ai.provider.name': call['gen_ai.provider.name'] ?? call['gen_ai.system'],
    'gen_ai.request.model': call['gen_ai.request.model'],
    'http.request.resend_count': resends || undefined,
  }
}

/** Some APIs take their key in the query. */
function urlWithoutQuery({ origin, path }: { origin: string; path: string }): Attributes {
  return { 'url.full': origin + path.replace(/[?#].*$/s, ''), 'url.query': undefined }
}

const isAttempt = (span: Span) =>
  (span as Partial<ReadableSpan>).attributes?.['genai.attempt.operation'] !== undefined
