import { GivenUp } from './careful.ts'

/** fetch() says no more than "fetch failed"; its cause says why. @throws with `what` and the reason */
export async function reach<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    // It says all of this itself.
    if (error instanceof GivenUp) throw error
    const { message, cause } = error as Error
    const { code, message: reason } = (cause ?? {}) as { code?: string; message?: string }
    throw new Error(`${what} could not be read: ${code ?? reason ?? message}`, { cause: error })
  }
}
