import type { Response } from 'express'

/**
 * Runs what answers a request, with a signal that aborts when the client goes away before the answer is done: for
 * the call to a model that nobody waits for any more, and is paid by the token. What `run` throws after that is
 * nobody's business either.
 */
export async function whileClientWaits(
  response: Response,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const gone = new AbortController()
  const onClose = () => {
    if (!response.writableFinished) gone.abort()
  }
  response.once('close', onClose)
  try {
    await run(gone.signal)
  } catch (error) {
    if (!gone.signal.aborted) throw error
  } finally {
    response.off('close', onClose)
  }
}
