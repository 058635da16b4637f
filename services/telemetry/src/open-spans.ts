import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** Knows how many spans have started and not ended, so that stopping can wait for them. */
export class OpenSpans implements SpanProcessor {
  #open = 0
  #onNone: (() => void) | undefined

  onStart(): void {
    this.#open++
  }

  onEnd(): void {
    this.#open--
    if (this.#open === 0) this.#onNone?.()
  }

  /** Resolves when no span is open, at the latest after `millis`. */
  async none(millis: number): Promise<void> {
    if (this.#open === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#onNone = resolve
      timer = setTimeout(resolve, millis)
    })
    clearTimeout(timer)
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}
