import { setTimeout as sleep } from 'node:timers/promises'

/** How much is asked of a store at once, and how long it is waited for. */
export interface Bounds {
  /** Bytes of answers on their way at once, by what the last ones were. */
  inFlight: number
  /** Requests at once, however small their answers are. */
  atOnce: number
  /** An answer that is longer is not read to its end. */
  largest: number
  /** How long one request may take, in milliseconds. */
  timeout: number
  /** How long a store that is busy, or that went away, is waited for in all, in milliseconds. */
  patience: number
}

/** Measured with traces of 10 MB: docs/measurements/stores.md. */
export const BOUNDS: Bounds = {
  inFlight: 16e6,
  atOnce: 8,
  largest: 64e6,
  timeout: 60_000,
  patience: 120_000,
}

/** Refused for now: a limit, a proxy in front, a store that starts or has no memory left. Tempo answers 500 under load, too. */
const BUSY = new Set([429, 500, 502, 503, 504])
const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000

/** The store refuses what it is asked, which waiting does not change. */
export class Refused extends Error {
  readonly status: number
  constructor(name: string, status: number, text: string) {
    super(`${name} answered ${status}: ${text.slice(0, 500)}`)
    this.status = status
  }
}
/** The answer is longer than `largest`. */
export class TooLarge extends Error {}
/** It was waited for, in vain. */
export class GivenUp extends Error {}

/**
 * Reads from a store without taking it down. It begins with one request at a time, has more at once only as long as the
 * answers are small, and goes back to one and waits, longer each time, when the store says that it is busy.
 */
export class CarefulReader {
  readonly #name: string
  readonly #url: string
  readonly #bounds: Bounds
  readonly #tell: (word: string) => void
  readonly #sleep: (ms: number) => Promise<unknown>
  /** Bytes that the next answer is taken to have. Unknown at first: as many as may be on their way. */
  #expected: number
  #running = 0
  #waiting: (() => void)[] = []
  #answers = 0
  /** Until when nothing is asked. */
  #calm: Promise<unknown> = Promise.resolve()

  /**
   * @param name of the store, for what is told
   * @param tell gets a word when the store is waited for
   */
  constructor(
    name: string,
    url: string,
    {
      bounds = BOUNDS,
      tell = (word) => console.error(word),
      pause = sleep,
    }: { bounds?: Bounds; tell?: (word: string) => void; pause?: (ms: number) => Promise<unknown> } = {},
  ) {
    this.#name = name
    this.#url = url
    this.#bounds = bounds
    this.#tell = tell
    this.#sleep = pause
    this.#expected = bounds.inFlight
  }

  /** How many requests may be on their way now. */
  get atOnce(): number {
    const { inFlight, atOnce } = this.#bounds
    return Math.max(1, Math.min(atOnce, Math.floor(inFlight / this.#expected)))
  }

  pause(ms: number): Promise<unknown> {
    return this.#sleep(ms)
  }

  /**
   * The answer's text, and its length in bytes; undefined where the store has no such thing (404).
   *
   * @throws Refused, TooLarge, or GivenUp
   */
  async read(path: string): Promise<{ text: string; bytes: number } | undefined> {
    await this.#enter()
    try {
      return await this.#readPatiently(path)
    } finally {
      this.#leave()
    }
  }

  async #readPatiently(path: string) {
    let waited = 0
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      await this.#calm
      const answer = await this.#ask(path)
      if (!('busy' in answer)) return answer.found
      const { busy, retryAfter } = answer
      if (this.#answers === 0 && answer.gone) throw new GivenUp(this.#down(busy))
      // One at a time from here on, and larger ones are expected.
      this.#expected = this.#bounds.inFlight
      if (waited >= this.#bounds.patience) throw new GivenUp(this.#tired(busy, waited))
      const ms = Math.min(Math.max(wait, retryAfter), LONGEST_WAIT, this.#bounds.patience - waited)
      waited += ms
      this.#tell(`${this.#name} ${busy}: waiting ${Math.ceil(ms / 1000)} s`)
      this.#calm = this.#sleep(ms)
    }
  }

  #down = (why: string) =>
    `${this.#name} (${this.#url}) is down: it ${why}. See its state with \`docker compose ps --all\`, and its log`
  #tired = (why: string, waited: number) =>
    `${this.#name} (${this.#url}) ${why}, and still did after ${Math.round(waited / 1000)} s. ` +
    `${this.#answers} requests were answered before. ` +
    'It starts, or has too little memory or time for what it is asked: try again later, or a shorter range'

  async #ask(
    path: string,
  ): Promise<
    | { found: { text: string; bytes: number } | undefined }
    | { busy: string; gone: boolean; retryAfter: number }
  > {
    try {
      const response = await fetch(this.#url + path, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(this.#bounds.timeout),
      })
      const found = await this.#body(response)
      if (BUSY.has(response.status)) {
        const retryAfter = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0
        return { busy: `answered ${response.status}`, gone: false, retryAfter }
      }
      this.#answers++
      // Falls slowly: one small answer among large ones says little.
      this.#expected = Math.max(found.bytes, 0.9 * this.#expected, 1)
      if (response.status === 404) return { found: undefined }
      if (!response.ok) throw new Refused(this.#name, response.status, found.text)
      return { found }
    } catch (error) {
      if (error instanceof Refused || error instanceof TooLarge) throw error
      const { name, message, cause } = error as Error
      const code = (cause as { code?: string } | undefined)?.code
      const busy =
        name === 'TimeoutError'
          ? `did not answer within ${this.#bounds.timeout / 1000} s`
          : `does not answer (${code ?? message})`
      return { busy, gone: name !== 'TimeoutError', retryAfter: 0 }
    }
  }

  async #body(response: Response): Promise<{ text: string; bytes: number }> {
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of response.body ?? []) {
      bytes += (part as Uint8Array).length
      if (bytes > this.#bounds.largest) {
        this.#expected = this.#bounds.inFlight
        throw new TooLarge(
          `${this.#name} (${this.#url}) has more than ${this.#bounds.largest / 1e6} MB to answer to ${response.url.replace(this.#url, '')}`,
        )
      }
      parts.push(part as Uint8Array)
    }
    return { text: Buffer.concat(parts).toString(), bytes }
  }

  async #enter(): Promise<void> {
    while (this.#running >= this.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
  }

  #leave(): void {
    this.#running--
    // Each looks again whether there is room.
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** How many traces are asked for at once: few at first, more while answers are small. */
export class Page {
  size: number
  readonly #most: number
  /** Bytes that an answer should have at most. */
  static readonly TARGET = 8e6

  constructor(first: number, most: number) {
    this.size = first
    this.#most = most
  }

  /** After an answer of so many bytes. */
  adapt(bytes: number): void {
    if (bytes > Page.TARGET) this.size = Math.max(1, Math.floor(this.size / 2))
    else if (bytes < Page.TARGET / 4) this.size = Math.min(this.#most, 2 * this.size)
  }
}
