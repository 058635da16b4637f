import type { Logger } from '@genai-otel-kit/service-kit'
import { z } from 'zod'
import { fetchJson } from './fetch-json.ts'
import type { Scenario } from './scenario.ts'
import { baseline, findScenario } from './scenarios.ts'

const named = z.object({ name: z.string().nullable() })
const planned = named.extend({ rate_per_minute: z.number() })

export interface Steered {
  scenario: Scenario
  /** Milliseconds since the epoch. */
  since: number
  /** Both the simulator and the traffic generator have it. */
  applied: boolean
  /** Why not yet. */
  problem: string | undefined
  /** Calls per minute that the traffic generator makes; undefined while it does not answer. */
  ratePerMinute: number | undefined
}

/**
 * The one place that says which scenario is on. The simulator and the traffic generator are made to follow, each in one
 * request, and made to again where they do not: what restarts in the middle of a scenario comes back into it.
 *
 * After a restart of its own it goes on with the scenario that both of them have, or else with the ordinary day.
 */
export class Steering {
  readonly #simulator: string
  readonly #traffic: string
  readonly #logger: Logger
  #state: Steered
  #adopted = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(simulatorUrl: string, trafficUrl: string, logger: Logger) {
    this.#simulator = `${simulatorUrl}/setup`
    this.#traffic = `${trafficUrl}/plan`
    this.#logger = logger
    this.#state = {
      scenario: baseline,
      since: Date.now(),
      applied: false,
      problem: 'starting',
      ratePerMinute: undefined,
    }
  }

  get state(): Readonly<Steered> {
    return this.#state
  }

  /** Looks after both from now on. */
  start(everyMillis = 5000): void {
    const tick = async () => {
      await this.#inTurn(() => this.#follow())
      if (!this.#stopped) this.#timer = setTimeout(() => void tick(), everyMillis)
    }
    this.#timer = setTimeout(() => void tick(), 0)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Turns a scenario on, in place of the one that was. Where it cannot be applied now, it is as soon as it can. */
  async set(scenario: Scenario): Promise<void> {
    await this.#inTurn(async () => {
      this.#adopted = true
      this.#state = { ...this.#state, scenario, since: Date.now(), applied: false, problem: undefined }
      this.#logger.info({ scenario: scenario.name }, 'scenario')
      await this.#follow()
    })
  }

  /** One after another: two that set something at the same time would leave a half of each. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(task)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #follow(): Promise<void> {
    try {
      const [simulator, traffic] = await Promise.all([
        fetchJson(this.#simulator, named),
        fetchJson(this.#traffic, planned),
      ])
      // After a start the simulator has no name for what it does: the ordinary day.
      const behaves = simulator.name ?? baseline.name
      if (!this.#adopted) this.#adopt(behaves, traffic.name)
      const { scenario } = this.#state
      const { name } = scenario
      if (behaves !== name) await this.#put(this.#simulator, { ...scenario.simulator, name })
      const plan =
        traffic.name === name ? traffic : await this.#put(this.#traffic, { ...scenario.traffic, name })
      this.#state = {
        ...this.#state,
        applied: true,
        problem: undefined,
        ratePerMinute: planned.parse(plan).rate_per_minute,
      }
    } catch (error) {
      const problem = (error as Error).message
      if (problem !== this.#state.problem) this.#logger.warn({ problem }, 'scenario not applied')
      this.#state = { ...this.#state, applied: false, problem, ratePerMinute: undefined }
    }
  }

  #adopt(simulator: string, traffic: string | null): void {
    this.#adopted = true
    const found = simulator === traffic ? findScenario(simulator) : undefined
    if (found) this.#state = { ...this.#state, scenario: found }
  }

  #put(url: string, body: object): Promise<unknown> {
    return fetchJson(url, z.unknown(), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
}
