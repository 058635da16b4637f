import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { simulatorApp } from './app.ts'
import { SimulatorState } from './state.ts'

export type { Settings, BehaviorPatch } from './behavior.ts'
export type { FaultSpec } from './faults.ts'
export type { LedgerEntry, LedgerPage } from './ledger.ts'
export { REQUEST_UNKNOWN } from './ledger.ts'

export interface Simulator {
  /** What `ANTHROPIC_BASE_URL` takes; `OPENAI_BASE_URL` takes it with `/v1`. */
  url: string
  state: SimulatorState
  close: () => Promise<void>
}

/** A simulator in this process, on a free port of the loopback interface: for tests. */
export async function createSimulator(options: { bodyLimit?: number } = {}): Promise<Simulator> {
  const state = new SimulatorState()
  const logger = createLogger('llm-simulator')
  logger.level = 'silent'
  const host = '127.0.0.1'
  const { port, stop } = await listen(simulatorApp(state, logger, options.bodyLimit), {
    logger,
    host,
    port: 0,
  })
  return { url: `http://${host}:${port}`, state, close: stop }
}
