import { say } from './progress.ts'
import { run } from './run.ts'

/** What became of pulling an image: it is there, or why not. */
export type Pull = { pulled: true } | { pulled: false; why: string }

/** What a registry that was reached says of an image that it does not give; anything else means: not reached. */
const refusal =
  /manifest unknown|manifest for .* not found|repository does not exist|denied|unauthorized|toomanyrequests|no matching manifest/i

/**
 * Pulls images, and asks no second time in its life when the registry did not answer: the first image is the try, the
 * others wait for it.
 */
export class Registry {
  /** Settled when the first try was answered, or has failed. */
  #answered: Promise<void> | undefined
  #unreachable: string | undefined
  readonly #answerMs: number

  /** @param answerMs how long a registry may take for its first word. */
  constructor(answerMs = 15_000) {
    this.#answerMs = answerMs
  }

  async pull(image: string): Promise<Pull> {
    if (this.#answered === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#answered = promise
      return this.#pull(image, resolve).finally(resolve)
    }
    await this.#answered
    if (this.#unreachable !== undefined) return { pulled: false, why: this.#unreachable }
    return this.#pull(image)
  }

  async #pull(image: string, onAnswer = () => {}): Promise<Pull> {
    say('registry', `pulling ${image}`)
    const timer = new AbortController()
    const timeout = setTimeout(() => timer.abort(), this.#answerMs)
    const { code, stderr } = await run('docker', ['pull', image], {
      signal: timer.signal,
      // It answered: from here on it may take as long as the network needs.
      onOutput: () => {
        clearTimeout(timeout)
        onAnswer()
      },
    })
    clearTimeout(timeout)
    if (code === 0) return { pulled: true }
    if (timer.signal.aborted) {
      this.#unreachable = `no image registry answered within ${this.#answerMs / 1000} s`
    } else if (!refusal.test(stderr)) {
      this.#unreachable = `no image registry could be reached (${stderr.trim().split('\n').at(-1)})`
    }
    return { pulled: false, why: this.#unreachable ?? stderr.trim() }
  }
}
