import { setTimeout as sleep } from 'node:timers/promises'
import { newSpanId, newTraceId, sendSpans } from '../../lib/otlp.ts'

/** Input tokens of each call. */
export const PAIR_TOKENS = 100
export const PAIRS_PER_SECOND = 5

/**
 * Calls that two processes report, in requests of their own: a wrapper, and the SDK below it. They count once only where both
 * reports come to the same Collector.
 */
export class Pairs {
  readonly service: string
  calls = 0
  readonly #end = new AbortController()
  readonly #running: Promise<void>

  private constructor(otlpUrl: string, service: string, perSecond: number) {
    this.service = service
    this.#running = this.#run(otlpUrl, perSecond)
  }

  static start(otlpUrl: string, service: string, perSecond = PAIRS_PER_SECOND): Pairs {
    return new Pairs(otlpUrl, service, perSecond)
  }

  /** @returns the input tokens of all calls */
  async stop(): Promise<number> {
    this.#end.abort()
    await this.#running
    return this.calls * PAIR_TOKENS
  }

  async #run(otlpUrl: string, perSecond: number): Promise<void> {
    const sending: Promise<void>[] = []
    while (!this.#end.signal.aborted) {
      sending.push(this.#pair(otlpUrl))
      this.calls++
      await sleep(1000 / perSecond)
    }
    await Promise.all(sending)
  }

  async #pair(otlpUrl: string): Promise<void> {
    const traceId = newTraceId()
    const outer = newSpanId()
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-haiku-4-5',
      'gen_ai.usage.input_tokens': PAIR_TOKENS,
      'gen_ai.usage.output_tokens': 10,
    }
    const inner = { ...attributes, 'server.address': 'api.anthropic.com' }
    const report = (
      scope: string,
      spanId: string,
      more: object,
      attributes: Record<string, string | number>,
    ) =>
      this.#send(otlpUrl, { service: this.service, scope, spans: [{ traceId, spanId, ...more, attributes }] })
    await report('my.app', outer, { kind: 'internal', name: 'llm.chat' }, attributes)
    await report('com.anthropic.sdk.python', newSpanId(), { parentSpanId: outer }, inner)
  }

  /** As an SDK does: what is not taken is sent again. */
  async #send(otlpUrl: string, batch: Parameters<typeof sendSpans>[1]): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await sendSpans(otlpUrl, batch)
      } catch (error) {
        if (tries === 60) throw error
        await sleep(500)
      }
    }
  }
}
