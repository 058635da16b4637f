import { calls } from './calls.ts'
import type { Call } from './calls.ts'
import { makeCall } from './make-call.ts'
import type { Outcome } from './make-call.ts'
import { ordinary } from './plan.ts'
import type { Plan } from './plan.ts'
import type { Settings } from './settings.ts'

/** How many calls had each outcome; `skipped` were not made, because too many were under way. */
export type Counts = Partial<Record<Outcome | 'skipped', number>>

/** What happens to each answered call, besides being counted. */
export type OnAnswer = (call: Call, answer: string) => void

/** Makes calls at random times until it is stopped, or its time is over. */
export class Traffic {
  readonly #settings: Settings
  readonly #urls: Record<Call['service'], string>
  readonly #calls: Generator<Call, never>
  readonly #inFlight = new Set<Promise<void>>()
  readonly #cut = new AbortController()
  #counts: Counts = {}
  #timer: NodeJS.Timeout | undefined
  #endsAt = Infinity
  #plan = ordinary
  #isStopped = false
  readonly #onAnswer: OnAnswer | undefined

  constructor(settings: Settings, onAnswer?: OnAnswer) {
    this.#settings = settings
    this.#onAnswer = onAnswer
    this.#calls = calls(settings.TRAFFIC_SEED, () => this.#plan)
    this.#urls = {
      chat: settings.CHAT_API_URL,
      support: settings.SUPPORT_AGENT_URL,
      summarizer: settings.SUMMARIZER_URL,
    }
  }

  start(): void {
    const { TRAFFIC_DURATION_MINUTES: minutes } = this.#settings
    if (minutes > 0) this.#endsAt = performance.now() + minutes * 60_000
    this.#schedule()
  }

  get plan(): Plan {
    return this.#plan
  }

  /** From the next call on, which comes at the new rate. */
  set plan(plan: Plan) {
    this.#plan = plan
    this.#schedule()
  }

  /** Calls per minute, on average, as long as nothing is changed. */
  get ratePerMinute(): number {
    const isOver = this.#isStopped || performance.now() >= this.#endsAt
    return isOver ? 0 : this.#settings.TRAFFIC_RATE_PER_MINUTE * this.#plan.rate
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  /** The counts since the last time. */
  takeCounts(): Counts {
    const counts = this.#counts
    this.#counts = {}
    return counts
  }

  /** Makes no more calls; those under way may end within `seconds`. */
  async stop(seconds = 8): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    const timer = setTimeout(() => this.#cut.abort(), seconds * 1000)
    await Promise.all(this.#inFlight)
    clearTimeout(timer)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.ratePerMinute > 0) this.#scheduleNext(performance.now(), 60_000 / this.ratePerMinute)
  }

  /** From when the last one was due, not from now: a late timer must not lower the rate. */
  #scheduleNext(due: number, meanGapMillis: number): void {
    const call = this.#calls.next().value
    const nextDue = due + call.gap * meanGapMillis
    if (nextDue >= this.#endsAt) return
    this.#timer = setTimeout(
      () => {
        this.#begin(call)
        this.#scheduleNext(nextDue, meanGapMillis)
      },
      Math.max(0, nextDue - performance.now()),
    )
  }

  #begin(call: Call): void {
    if (this.#inFlight.size >= this.#settings.TRAFFIC_MAX_IN_FLIGHT) {
      this.#count('skipped')
      return
    }
    const made = makeCall(this.#urls[call.service], call, this.#cut.signal).then(({ outcome, answer }) => {
      this.#count(outcome)
      if (answer !== undefined) this.#onAnswer?.(call, answer)
      this.#inFlight.delete(made)
    })
    this.#inFlight.add(made)
  }

  #count(what: keyof Counts): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1
  }
}
