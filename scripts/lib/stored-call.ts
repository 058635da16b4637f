import type { ReportedCall } from './counted-once.ts'
import type { StoredSpan } from './stored-span.ts'

/** An inference or embeddings span as a trace store has it, as far as it is counted. */
export interface StoredCall extends ReportedCall {
  /** The model that answered, else the one that was asked for; empty where the span names none. */
  model: string
  /** Milliseconds since the epoch. */
  endMs: number
  /** USD; 0 where no price is known. */
  cost: number
  /** How many calls it stands for: more than 1 where the application's sampler left calls out, and said so. */
  standsFor: number
}

/** Those of these spans that report a call. */
export const callsAmong = (spans: readonly StoredSpan[]): StoredCall[] =>
  spans
    .filter(({ attributes }) => attributes['genai.role'] === 'inference')
    .map(({ traceId, spanId, parentSpanId, service, startMs, durationMs, attributes }) =>
      storedCall(traceId, spanId, startMs + durationMs, {
        ...attributes,
        'service.name': service,
        'span:parentID': parentSpanId,
      }),
    )

/** A call of the attributes that are counted, and of `service.name` and `span:parentID`. */
export function storedCall(
  traceId: string,
  spanId: string,
  endMs: number,
  attributes: Record<string, unknown>,
): StoredCall {
  const number = (key: string) => (typeof attributes[key] === 'number' ? attributes[key] : 0)
  const text = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : '')
  return {
    traceId,
    spanId,
    parentSpanId: text('span:parentID') || undefined,
    service: text('service.name'),
    provider: text('gen_ai.provider.name'),
    layer: text('genai.layer'),
    dialect: text('genai.dialect'),
    // Every failed call has a type (understand/normalize/error.yaml).
    failed: text('error.type') !== '',
    // A label is cut there, too.
    model: (text('gen_ai.response.model') || text('gen_ai.request.model')).slice(0, 256),
    endMs,
    input: number('gen_ai.usage.input_tokens'),
    output: number('gen_ai.usage.output_tokens'),
    cost: number('gen_ai.usage.cost.amount'),
    standsFor: number('genai.adjusted_count') || 1,
  }
}
