/** What decides whether a span of a call is the one that counts. */
export interface ReportedCall {
  traceId: string
  spanId: string
  /** Undefined for the root of its trace. */
  parentSpanId: string | undefined
  service: string
  provider: string
  /** `genai.layer`; empty for spans from before there were layers. */
  layer: string
  dialect: string
  failed: boolean
  /** Tokens; 0 where the span has none. */
  input: number
  output: number
}

/**
 * The spans that count, of all spans of calls in some traces: each call once, by the innermost layer that tells its
 * usage. The same rules as the Collector's (docs/once.md), but on whole traces: nothing waits, and nothing is forgotten.
 */
export function countedOnce<Call extends ReportedCall>(calls: readonly Call[]): Call[] {
  const traces = Map.groupBy(calls, ({ traceId }) => traceId)
  return [...traces.values()].flatMap((trace) =>
    trace.filter((call) => !trace.some((other) => other !== call && reports(other, call))),
  )
}

/** Whether `inner` reports the same call as `outer`, from further in, or with the usage that `outer` lacks. */
function reports(inner: ReportedCall, outer: ReportedCall): boolean {
  const below = inner.parentSpanId === outer.spanId
  const told = tells(inner)
  const asked = tells(outer)
  if (outer.layer === 'gateway') {
    // The Claude API's own half of a call.
    return outer.dialect === 'claude-api' && !isRoot(outer) && isInner(inner) && sameTokens(inner, outer)
  }
  if (below && told === 'usage' && !knowsItsOwn(outer)) return !(isPlatformHalf(inner) && isInner(outer))
  if (below && told !== 'usage' && asked !== 'usage') return true
  if (isInner(outer)) {
    if (asked === 'nothing' && !isInner(inner) && told === 'usage') return outer.parentSpanId === inner.spanId
    if (!sameTokens(inner, outer)) return false
    if (inner.layer === 'gateway') return !isPlatformHalf(inner)
    return inner.layer === 'sdk' && outer.layer === 'instrumentation' && outer.provider === 'anthropic'
  }
  const oneService = inner.service === outer.service && inner.provider === outer.provider
  if (isInner(inner) && !isPlatformHalf(inner)) {
    if (asked === 'usage') return sameTokens(inner, outer)
    if (asked === 'failure') return told === 'failure' && oneService
    return told !== 'failure' && oneService
  }
  return inner.layer === 'framework' && outer.layer === 'wrapper' && sameTokens(inner, outer)
}

/** An SDK's call, and one of an instrumentation that nothing but a gateway can be below, is left out by its tokens alone. */
const knowsItsOwn = (call: ReportedCall) =>
  tells(call) !== 'nothing' &&
  (call.layer === 'sdk' || (call.layer === 'instrumentation' && call.provider !== 'anthropic'))
const isRoot = ({ parentSpanId }: ReportedCall) => parentSpanId === undefined
const isInner = ({ layer }: ReportedCall) =>
  layer === 'gateway' || layer === 'sdk' || layer === 'instrumentation'
const isPlatformHalf = (call: ReportedCall) => call.dialect === 'claude-api' && !isRoot(call)
const sameTokens = (a: ReportedCall, b: ReportedCall) =>
  tells(a) === 'usage' && a.input === b.input && a.output === b.output

function tells({ input, output, failed }: ReportedCall): 'usage' | 'failure' | 'nothing' {
  if (input > 0 || output > 0) return 'usage'
  return failed ? 'failure' : 'nothing'
}
