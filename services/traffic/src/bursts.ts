import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { attribute, exportRequest, send } from './otlp.ts'

export interface BurstSize {
  promptBytes: number
  /** How many send at the same time. */
  senders: number
}

/** Each below the 20 MiB that the receiver takes at once; together more than the stack's Collector may hold in memory. */
const large: BurstSize = { promptBytes: 15_000_000, senders: 24 }
const burstMillis = 5_000
const everyMillis = 20_000

/**
 * Bursts of spans with huge prompts, as an application sends that records every image and document it passes on: five
 * seconds of them, three times a minute. The Collector takes the prompts out, so that they fill no disk; but first it
 * must hold them in memory, and its memory limiter refuses what is too much.
 */
export class Bursts {
  readonly #endpoint: string
  readonly #environment: string
  readonly #size: BurstSize
  #stop: AbortController | undefined

  /** @param endpoint the base address of an OTLP/HTTP receiver */
  constructor(endpoint: string, environment: string, size = large) {
    this.#endpoint = endpoint
    this.#environment = environment
    this.#size = size
  }

  get on(): boolean {
    return this.#stop !== undefined
  }

  set on(on: boolean) {
    if (on === this.on) return
    this.#stop?.abort()
    this.#stop = on ? new AbortController() : undefined
    if (this.#stop) void this.#run(this.#stop.signal)
  }

  async #run(stop: AbortSignal): Promise<void> {
    const body = Buffer.from(this.#request())
    while (!stop.aborted) {
      const next = pause(everyMillis, undefined, { signal: stop }).catch(() => {})
      const end = AbortSignal.any([stop, AbortSignal.timeout(burstMillis)])
      await Promise.all(Array.from({ length: this.#size.senders }, () => this.#sendUntil(end, body)))
      await next
    }
  }

  async #sendUntil(end: AbortSignal, body: Uint8Array<ArrayBuffer>): Promise<void> {
    while (!end.aborted) {
      // Refused is what this is for; a moment later it tries again, as an SDK would.
      await send(this.#endpoint, body, end).catch(() => pause(200))
    }
  }

  #request(): string {
    const now = BigInt(Date.now()) * 1_000_000n
    return exportRequest({
      service: 'image-importer',
      environment: this.#environment,
      scope: 'image-importer',
      span: {
        traceId: randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        name: 'import images',
        kind: 1, // INTERNAL
        startTimeUnixNano: String(now),
        endTimeUnixNano: String(now),
        attributes: [
          // No call of a model, so that nobody counts it as one.
          attribute('gen_ai.operation.name', 'retrieval'),
          attribute('gen_ai.input.messages', 'x'.repeat(this.#size.promptBytes)),
        ],
      },
    })
  }
}
