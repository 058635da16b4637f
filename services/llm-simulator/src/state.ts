import { PromptCache } from './anthropic/cache.ts'
import { Threads } from './anthropic/threads.ts'
import { Behavior } from './behavior.ts'
import { Billing } from './billing/settings.ts'
import { Clock } from './clock.ts'
import { Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { PrefixCache } from './openai/cache.ts'
import { RateWindow } from './rate-window.ts'

/** All that a simulator remembers from one request to the next. */
export class SimulatorState {
  /** The name of the last `PUT /setup`; null after a start. */
  setup: string | null = null
  readonly clock = new Clock()
  readonly behavior = new Behavior(this.clock)
  readonly faults = new Faults()
  readonly ledger = new Ledger()
  readonly billing = new Billing()
  readonly promptCache = new PromptCache(this.clock)
  readonly threads = new Threads(this.clock)
  readonly prefixCache = new PrefixCache(this.clock)
  readonly rates = new RateWindow()

  clearCaches(): void {
    this.promptCache.clear()
    this.prefixCache.clear()
  }
}
