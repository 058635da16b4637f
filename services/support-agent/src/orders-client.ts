import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError'

/**
 * The `orders` service, as text for a model. What the model can do something about, such as an order that does not
 * exist, is a {@link ToolError} with what `orders` says of it; anything else is the tool failing.
 */
export class OrdersClient {
  readonly #url: string
  readonly #timeoutMillis: number

  constructor(url: string, timeoutMillis = 5000) {
    this.#url = url.replace(/\/$/, '')
    this.#timeoutMillis = timeoutMillis
  }

  lookUp(orderId: string, signal?: AbortSignal | null): Promise<string> {
    return this.#ask(`/orders/${encodeURIComponent(orderId)}`, {}, signal)
  }

  refund(orderId: string, reason: string | undefined, signal?: AbortSignal | null): Promise<string> {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    }
    return this.#ask(`/orders/${encodeURIComponent(orderId)}/refund`, request, signal)
  }

  async #ask(path: string, request: RequestInit, signal?: AbortSignal | null): Promise<string> {
    const timeout = AbortSignal.timeout(this.#timeoutMillis)
    const response = await fetch(this.#url + path, {
      ...request,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const body = await response.text()
    if (response.ok) return body
    if (response.status >= 400 && response.status < 500) throw new ToolError(body)
    throw new Error(`orders answered ${response.status}`)
  }
}
