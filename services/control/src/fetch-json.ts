import type { z } from 'zod'

/**
 * A JSON answer of another service, in the form that is expected of it.
 *
 * @param timeoutMillis a service that is starting or gone must not hold up what asks
 * @throws Error that names the service and what it answered
 */
export async function fetchJson<T extends z.ZodType>(
  url: string,
  schema: T,
  init: RequestInit = {},
  timeoutMillis = 3000,
): Promise<z.output<T>> {
  const { host, pathname } = new URL(url)
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMillis) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`)
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const { message, cause } = error as Error
    const reason = cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message
    throw new Error(`${host}${pathname}: ${reason}`, { cause: error })
  }
}
