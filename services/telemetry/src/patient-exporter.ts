import { setTimeout as pause } from 'node:timers/promises'
import { ExportResultCode } from '@opentelemetry/core'
import type { ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/**
 * Goes on trying while the receiver is away. The OTLP exporter itself gives up after five tries or ten seconds,
 * and the batch is lost: less than a Collector may take to restart. Only refusals are final: a 4xx other than
 * 408 and 429.
 *
 * Put it behind one batch processor whose export timeout is not shorter than the patience: the processor then
 * waits, and its queue bounds what is kept.
 */
export class PatientExporter implements SpanExporter {
  readonly #exporter: SpanExporter
  readonly #patienceMillis: number
  readonly #pauseMillis: number
  readonly #pending = new Set<Promise<unknown>>()

  /**
   * @param patienceMillis how long after its first try a batch is given up
   * @param pauseMillis between two tries
   */
  constructor(exporter: SpanExporter, patienceMillis: number, pauseMillis = 1000) {
    this.#exporter = exporter
    this.#patienceMillis = patienceMillis
    this.#pauseMillis = pauseMillis
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const pending = this.#send(spans).then((result) => {
      this.#pending.delete(pending)
      done(result)
    })
    this.#pending.add(pending)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#pending)
    await this.#exporter.forceFlush?.()
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#pending)
    await this.#exporter.shutdown()
  }

  async #send(spans: ReadableSpan[]): Promise<ExportResult> {
    const deadline = performance.now() + this.#patienceMillis
    for (;;) {
      const result = await new Promise<ExportResult>((resolve) => this.#exporter.export(spans, resolve))
      if (result.code === ExportResultCode.SUCCESS || isFinal(result.error)) return result
      if (performance.now() + this.#pauseMillis > deadline) return result
      await pause(this.#pauseMillis)
    }
  }
}

/** The OTLP exporter's error has the HTTP status as its code; a network error has a name there. */
function isFinal(error: Error | undefined): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'number' && code >= 400 && code < 500 && code !== 408 && code !== 429
}
