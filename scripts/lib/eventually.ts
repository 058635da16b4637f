import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats until it does not throw. @throws its last error after `timeout` ms. */
export async function eventually<T>(attempt: () => Promise<T>, timeout = 60_000, interval = 500): Promise<T> {
  const deadline = Date.now() + timeout
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(interval)
    }
  }
}
