import { context, propagation, trace } from '@opentelemetry/api'

/** Span attributes, and baggage keys, of the application context. No other key is taken from or put on the wire. */
export const appKeys = {
  feature: 'app.feature',
  endpoint: 'app.endpoint',
  userId: 'app.user_id',
  conversationId: 'gen_ai.conversation.id',
  agentName: 'gen_ai.agent.name',
} as const

/** Longest value kept, in UTF-16 code units: every span of the trace carries it. */
export const maxValueLength = 128

export interface AppContext {
  /** What part of the product asks, of few values: it becomes a metric label. */
  feature?: string | undefined
  /** The route that the user called, `POST /chat`; never a path with ids: it becomes a metric label. */
  endpoint?: string | undefined
  /** On spans only, never a metric label. Pass a pseudonym where the id itself is personal data. */
  userId?: string | undefined
  conversationId?: string | undefined
  /** Set where an agent's work begins: the Anthropic SDK's spans of agents and tools do not name theirs. */
  agentName?: string | undefined
}

/**
 * Runs `fn` with the application context in W3C baggage: the active span, and every span that starts within,
 * here and in the services that may receive baggage (see `OTEL_KIT_BAGGAGE_HOSTS`), carries it. What is not
 * given is kept from the caller. Values are cut to {@link maxValueLength}.
 *
 * @returns what `fn` returns; what it throws is not caught
 */
export function withAppContext<T>(app: AppContext, fn: () => T): T {
  const active = context.active()
  let baggage = propagation.getBaggage(active) ?? propagation.createBaggage()
  for (const [name, key] of Object.entries(appKeys)) {
    const value = cleanValue(app[name as keyof AppContext])
    if (value === undefined) continue
    baggage = baggage.setEntry(key, { value })
    // The span that is active, usually the server's, started before the context was known.
    trace.getSpan(active)?.setAttribute(key, value)
  }
  return context.with(propagation.setBaggage(active, baggage), fn)
}

/** @returns undefined when nothing is left of it */
export function cleanValue(value: string | undefined): string | undefined {
  // Control characters, and halves of surrogate pairs, which cannot be encoded into a header.
  const cleaned = value?.slice(0, maxValueLength).replace(/[\p{Cc}\p{Cs}]/gu, '')
  return cleaned === '' ? undefined : cleaned
}
