import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { attribute, exportRequest, OtlpError, send } from './otlp.ts'

export interface BurstSize {
  /** What arrives of each upload before the line stalls. */
  uploadBytes: number
  /** So many at the same time, at most. */
  uploads: number
  /** Between the start of one and of the next; half of it between their ends. */
  gapMillis: number
}

/** Each below the 20 MiB that the receiver takes at once; together more than the stack's Collector may hold in memory. */
const large: BurstSize = { uploadBytes: 4_000_000, uploads: 96, gapMillis: 250 }
/** From the first refusal to when the first upload is given up. Shorter than the seconds for which SDKs try again. */
const refusedMillis = 2_000
const everyMillis = 60_000

/**
 * Bursts of spans with huge prompts, as an application sends that records every image and document it passes on, over a
 * line that is too slow for them: uploads of megabytes that do not come to an end, until it gives them up. The Collector
 * holds in memory what has arrived of each, and when that is too much its memory limiter refuses what anybody sends.
 *
 * How many that takes depends on what else the Collector holds; so there is one more each quarter of a second, and after each a
 * small span, until one is refused. They also end one after another: the receiver copies what it has of a request that
 * ends, and the copies of all of them were more than the container may have.
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
    const bytes = Buffer.alloc(this.#size.uploadBytes, 'x')
    while (!stop.aborted) {
      const next = wait(everyMillis, stop)
      await this.#burst(bytes, stop)
      await next
    }
  }

  async #burst(bytes: Buffer<ArrayBuffer>, stop: AbortSignal): Promise<void> {
    const { uploads, gapMillis } = this.#size
    const underWay: AbortController[] = []
    let refusedSince = Infinity
    while (underWay.length < uploads && Date.now() - refusedSince < refusedMillis && !stop.aborted) {
      // Once something is refused there is enough.
      if (refusedSince === Infinity) underWay.push(startUpload(this.#endpoint, bytes))
      await wait(gapMillis, stop)
      if (!(await this.#isTaken(stop))) refusedSince = Math.min(refusedSince, Date.now())
    }
    for (const upload of underWay) {
      upload.abort()
      // Also when it is to stop: that takes seconds, and nobody waits for it.
      await pause(gapMillis / 2)
    }
  }

  async #isTaken(end: AbortSignal): Promise<boolean> {
    try {
      await send(this.#endpoint, this.#span(), AbortSignal.any([end, AbortSignal.timeout(5000)]))
      return true
    } catch (error) {
      // No answer at all is no refusal.
      return !(error instanceof OtlpError)
    }
  }

  #span(): string {
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
        // No call of a model, so that nobody counts it as one.
        attributes: [attribute('gen_ai.operation.name', 'retrieval')],
      },
    })
  }
}

/** Sends these bytes, and then nothing: the request stays as it is until it is aborted. */
function startUpload(endpoint: string, bytes: Buffer<ArrayBuffer>): AbortController {
  const controller = new AbortController()
  const body = new ReadableStream({ start: (stream) => stream.enqueue(bytes) })
  void fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    // What fetch asks for where the body is a stream.
    duplex: 'half',
    signal: controller.signal,
  }).catch(() => {})
  return controller
}

/** As long as that, or until it is over. */
async function wait(millis: number, end: AbortSignal): Promise<void> {
  await pause(millis, undefined, { signal: end }).catch(() => {})
}
