import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { Span } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import type { OpenAIInstrumentationConfig } from '@opentelemetry/instrumentation-openai'

/** As both the chat and the responses API give it. */
interface Usage {
  prompt_tokens_details?: InputDetails | null
  input_tokens_details?: InputDetails | null
  completion_tokens_details?: { reasoning_tokens?: number } | null
  output_tokens_details?: { reasoning_tokens?: number } | null
}
interface InputDetails {
  cached_tokens?: number
  cache_write_tokens?: number
}
interface Result {
  usage?: Usage | null
}
interface Chunk extends Result {
  choices?: { delta?: { content?: string | null; refusal?: string | null; tool_calls?: unknown } }[]
  type?: string
  response?: Result
}

type Create = (this: unknown, ...args: [{ stream?: boolean | null }, ...unknown[]]) => Promise<unknown>

/** What is overridden below: methods of 0.22.0 that are private by type only. */
interface Internals {
  _startResponsesSpan(params: object, config: OpenAIInstrumentationConfig, baseURL?: string): unknown
  _getPatchedResponsesCreate(): (original: Create) => Create
  _onChatCompletionsCreateResult(
    span: Span,
    start: number,
    attrs: object,
    result: Result,
    ...rest: unknown[]
  ): void
  _onResponsesCreateResult(span: Span, start: number, attrs: object, result: Result, ...rest: unknown[]): void
  _onChatCompletionsStreamIterator(
    iterator: AsyncIterator<Chunk>,
    span: Span,
    start: number,
    ...rest: unknown[]
  ): AsyncGenerator<Chunk>
  _onResponsesStreamIterator(
    iterator: AsyncIterator<Chunk>,
    span: Span,
    start: number,
    ...rest: unknown[]
  ): AsyncGenerator<Chunk>
  _createAPIPromiseRejectionHandler(start: number, span: Span, attrs: object): (error: unknown) => void
}

const Base = OpenAIInstrumentation as unknown as new (
  config?: OpenAIInstrumentationConfig,
) => Instrumentation & Internals

/**
 * The OpenAI instrumentation, with what version 0.22.0 leaves out and our numbers need:
 *
 * - cached, cache-write and reasoning tokens: without them, cached input is billed as if it were not
 * - a span's end when its stream is cut, aborted or left, or could not be opened
 * - the time to the first chunk of a stream
 * - the API's own error code as `error.type`, and no error message: it may quote the prompt
 * - no `gen_ai.system_instructions` unless content was asked for
 *
 * Leave out what upstream has learnt.
 */
export class CompletedOpenAIInstrumentation extends Base {
  override _startResponsesSpan(params: object, config: OpenAIInstrumentationConfig, baseURL?: string) {
    const quiet = config.captureMessageContent ? params : { ...params, instructions: undefined }
    return super._startResponsesSpan(quiet, config, baseURL)
  }

  override _onChatCompletionsCreateResult(...args: Parameters<Internals['_onChatCompletionsCreateResult']>) {
    setUsageDetails(args[0], args[3].usage)
    super._onChatCompletionsCreateResult(...args)
  }

  override _onResponsesCreateResult(...args: Parameters<Internals['_onResponsesCreateResult']>) {
    setUsageDetails(args[0], args[3].usage)
    super._onResponsesCreateResult(...args)
  }

  override _onChatCompletionsStreamIterator(
    ...[iterator, span, start, ...rest]: Parameters<Internals['_onChatCompletionsStreamIterator']>
  ) {
    const seen = observe(iterator, span, start)
    return endingSpan(span, super._onChatCompletionsStreamIterator(seen, span, start, ...rest))
  }

  override _onResponsesStreamIterator(
    ...[iterator, span, start, ...rest]: Parameters<Internals['_onResponsesStreamIterator']>
  ) {
    const seen = observe(iterator, span, start)
    return endingSpan(span, super._onResponsesStreamIterator(seen, span, start, ...rest))
  }

  /** A streamed response that could not be opened: the base does not look at it. */
  override _getPatchedResponsesCreate() {
    const patch = super._getPatchedResponsesCreate()
    return (original: Create) =>
      patch(function (...args) {
        const response = original.apply(this, args)
        const span = trace.getActiveSpan()
        if (args[0].stream && span) response.catch((error: unknown) => endFailed(span, error))
        return response
      })
  }

  override _createAPIPromiseRejectionHandler(start: number, span: Span, attrs: object) {
    const reject = super._createAPIPromiseRejectionHandler(start, span, attrs)
    return (error: unknown) => {
      if (isAbort(error)) span.end()
      // It reads the name of the error's class as `error.type`, and the message.
      else reject({ constructor: { name: errorType(error) } })
    }
  }
}

async function* observe(iterator: AsyncIterator<Chunk>, span: Span, start: number) {
  span.setAttribute('gen_ai.request.stream', true)
  let first = true
  for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) {
    if (first && hasContent(chunk)) {
      first = false
      span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - start) / 1000)
    }
    setUsageDetails(span, chunk.usage ?? chunk.response?.usage)
    yield chunk
  }
}

/** The APIs open a stream with chunks that only name the response or the role. */
function hasContent({ type, choices }: Chunk): boolean {
  if (type?.endsWith('.delta')) return true
  return !!choices?.some(({ delta }) => delta?.content || delta?.refusal || delta?.tool_calls)
}

async function* endingSpan(span: Span, chunks: AsyncGenerator<Chunk>) {
  try {
    yield* chunks
  } catch (error) {
    endFailed(span, error)
    throw error
  } finally {
    if (span.isRecording()) span.end()
  }
}

function endFailed(span: Span, error: unknown): void {
  if (!isAbort(error)) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.setAttribute('error.type', errorType(error))
  }
  span.end()
}

function setUsageDetails(span: Span, usage: Usage | null | undefined): void {
  if (!usage) return
  const input = usage.prompt_tokens_details ?? usage.input_tokens_details
  const output = usage.completion_tokens_details ?? usage.output_tokens_details
  span.setAttributes({
    'gen_ai.usage.cache_read.input_tokens': input?.cached_tokens,
    'gen_ai.usage.cache_write.input_tokens': input?.cache_write_tokens,
    'gen_ai.usage.reasoning.output_tokens': output?.reasoning_tokens,
  })
}

/** `rate_limit_exceeded`, `insufficient_quota`, `server_error`…; else the error's class. */
function errorType(error: unknown): string {
  const { code, type } = (error ?? {}) as { code?: unknown; type?: unknown }
  if (typeof code === 'string' && code) return code
  if (typeof type === 'string' && type) return type
  return error instanceof Error ? error.constructor.name : '_OTHER'
}

/** The application ended the call. That is no failure. */
const isAbort = (error: unknown) => error instanceof Error && error.constructor.name === 'APIUserAbortError'
