import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Request, Response } from 'express'
import { ClientGone, ConnectionBroken, faultError } from './api-error.ts'
import type { Draw } from './behavior.ts'
import type { Asked, Dialect } from './endpoint.ts'
import type { Fault } from './faults.ts'
import { newId } from './ids.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Rates } from './rate-window.ts'
import type { SimulatorState } from './state.ts'

/**
 * One request to a simulated API: its connection, its pace, its fault and its ledger entry. The handlers of the
 * APIs say what is answered, this how it goes over the wire.
 */
export class Exchange {
  readonly state: SimulatorState
  readonly request: Request
  readonly requestId = newId('req_')
  /** How this answer goes; drawn when the model is known. */
  draw!: Draw
  private fault: Fault | undefined
  private rateKey = ''
  private readonly dialect: Dialect
  private readonly response: Response
  private readonly entry: Omit<LedgerEntry, 'id'>
  private readonly gone = new AbortController()
  /** When the next token is due, by `performance.now()`. */
  private due = 0
  private generated = 0

  constructor(state: SimulatorState, dialect: Dialect, request: Request, response: Response) {
    this.state = state
    this.dialect = dialect
    this.request = request
    this.response = response
    this.setHeaders(dialect.baseHeaders(this.requestId))
    const retries = Number(request.headers['x-stainless-retry-count'])
    this.entry = {
      time: new Date().toISOString(),
      provider: dialect.provider,
      endpoint: request.baseUrl + request.path,
      request_model: null,
      model: null,
      status: null,
      stream: false,
      request_id: this.requestId,
      response_id: null,
      usage: null,
      usage_sent: null,
      stop_reason: null,
      error_type: null,
      aborted: false,
      retry_count: Number.isInteger(retries) ? retries : 0,
      traceparent: (request.headers.traceparent as string | undefined) ?? null,
      api_key_id: null,
      batch: false,
    }
    response.on('close', () => {
      if (!response.writableFinished) this.gone.abort()
    })
  }

  /** Notes what is asked for, before anything of it has been validated. */
  identify({ model, stream }: Asked): void {
    this.entry.request_model = model
    this.entry.stream = stream
    this.draw = this.state.behavior.draw(this.entry.request_model ?? '')
  }

  /**
   * Lets the fault happen that this request is hit by, if any, as far as it takes the place of the answer.
   *
   * @throws ApiError for a status, ConnectionBroken for a reset
   */
  async sufferFault(): Promise<void> {
    const { provider, endpoint, stream, request_model } = this.entry
    this.fault = this.state.faults.take({ provider, path: endpoint, model: request_model ?? '', stream })
    if (!this.fault) return
    await this.sleep(this.fault.delay_seconds * 1000)
    if (typeof this.fault.status === 'number') throw faultError(this.fault, this.fault.status)
    if (this.fault.status === 'connection_reset') {
      this.request.socket.resetAndDestroy()
      throw new ConnectionBroken('connection_reset')
    }
  }

  /** Counts use toward the rate limits that the headers tell. @param rateKey whose, if not known yet */
  countUse(use: Partial<Rates>, rateKey = this.rateKey): void {
    this.rateKey = rateKey
    const left = this.state.rates.count(rateKey, use)
    if (!this.headersSent) this.setHeaders(this.dialect.rateHeaders(left))
  }

  /** What the ledger will say of the answer. */
  note(part: Partial<Omit<LedgerEntry, 'id'>>): void {
    Object.assign(this.entry, part)
  }

  /** Waits until the headers are due. */
  async waitForHeaders(): Promise<void> {
    await this.sleep(this.draw.latencyMs)
    this.due = performance.now() + this.draw.firstTokenMs
  }

  /**
   * Waits until the next `tokens` tokens are due.
   *
   * @param total how many tokens the whole answer has: a cut without a place is in the middle
   * @throws ApiError or ConnectionBroken when the fault is due first
   */
  async generate(tokens: number, total: number): Promise<void> {
    const fault = this.fault
    if (fault?.status === 'stream_cut' || fault?.status === 'stream_error') {
      if (this.generated >= (fault.after_tokens ?? total / 2)) await this.breakOff(fault)
    }
    await this.sleep(this.due - performance.now())
    this.due += tokens * this.draw.msPerToken
    this.generated += tokens
  }

  /** Waits until the last token is done. */
  async finishGenerating(): Promise<void> {
    await this.sleep(this.due - performance.now())
  }

  private async breakOff(fault: Fault): Promise<never> {
    if (fault.status === 'stream_error') throw faultError(fault, 529)
    if (!this.response.headersSent) {
      this.note({ status: 200 })
      this.response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
      this.response.write('{"')
    }
    // What was written before must leave first, so that the client sees a cut and not a reset.
    await delay(5)
    this.response.socket?.destroy()
    throw new ConnectionBroken('stream_cut')
  }

  setHeaders(headers: Record<string, string>): void {
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value)
  }

  get headersSent(): boolean {
    return this.response.headersSent
  }

  /** The whole answer. */
  sendJson(status: number, body: object): void {
    this.checkClient()
    this.note({ status })
    this.response.status(status).json(body)
  }

  startStream(): void {
    this.checkClient()
    this.note({ status: 200 })
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    })
    this.response.flushHeaders()
  }

  /** A server-sent event. @param name absent: an event without a name, as OpenAI's chat and Gemini have them */
  sendEvent(data: object | string, name?: string): void {
    this.checkClient()
    const line = name === undefined ? '' : `event: ${name}\n`
    this.response.write(`${line}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
  }

  endStream(): void {
    this.response.end()
  }

  /** Waits while the client reads slower than the answer comes. */
  async drained(): Promise<void> {
    if (!this.response.writableNeedDrain) return
    await this.orGone(once(this.response, 'drain', { signal: this.gone.signal }))
  }

  /** Puts the request into the ledger; nothing may be noted after it. */
  close(): void {
    this.state.ledger.add(this.entry)
  }

  private async sleep(ms: number): Promise<void> {
    this.checkClient()
    if (ms > 0) await this.orGone(delay(ms, undefined, { signal: this.gone.signal }))
  }

  private async orGone(wait: Promise<unknown>): Promise<void> {
    try {
      await wait
    } catch (error) {
      this.checkClient()
      throw error
    }
  }

  private checkClient(): void {
    if (this.gone.signal.aborted) throw new ClientGone('the client has closed the connection')
  }
}
