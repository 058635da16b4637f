/** Runs one task at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether a task asked for now would have to wait. */
  get busy(): boolean {
    return this.#waiting > 0
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting++
    const result = this.#last.then(task).finally(() => this.#waiting--)
    this.#last = result.catch(() => undefined)
    return result
  }
}
