import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerEntry } from '../../../../../services/llm-simulator/src/ledger.ts'

const server = join(import.meta.dirname, '../../../../../services/llm-simulator/src/server.ts')

/** Exact and quick: what is recorded today is recorded tomorrow, and a first chunk that comes late is seen. */
const BEHAVIOR = {
  jitter: 0,
  output_tokens: 40,
  reasoning_tokens: 24,
  latency_seconds: 0.05,
  time_to_first_token_seconds: 0.3,
  tokens_per_second: 400,
  // The defaults per model would win over the above.
  models: { 'claude-haiku': null, 'claude-opus': null, 'text-embedding-': null },
}

/** Starts the simulated model APIs on a port. @throws where they do not answer within 10 s. */
export async function startSimulator(port: number) {
  const url = `http://127.0.0.1:${port}`
  const process_ = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  })
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (attempt === 100) throw new Error('the simulator does not answer')
    await sleep(100)
  }
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
    return response
  }
  return {
    url,
    /** Empty caches, no faults, an empty ledger. */
    async reset() {
      // Taking a moved clock back is what empties the caches.
      await send('PATCH', '/behavior', { ...BEHAVIOR, clock_offset_seconds: 1 })
      await send('PATCH', '/behavior', { clock_offset_seconds: 0 })
      await send('DELETE', '/faults')
      await send('DELETE', '/ledger')
    },
    fault: (fault: object) => send('POST', '/faults', fault),
    async ledger(): Promise<LedgerEntry[]> {
      return ((await (await send('GET', '/ledger')).json()) as { entries: LedgerEntry[] }).entries
    },
    stop: () => void process_.kill(),
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
}
