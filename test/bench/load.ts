import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Payload } from './spans.ts'

/** Connections that send at once: enough to keep one core busy. */
const SENDERS = 8

/**
 * Posts the payloads in turn until the time is up.
 *
 * @param rate spans per second at most: what is refused costs the Collector work, too, and would be counted as the others' cost
 * @returns how many spans were accepted, and how many refused
 */
export async function load(
  url: string,
  payloads: readonly Payload[],
  seconds: number,
  rate: number,
): Promise<{ accepted: number; refused: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
  const start = Date.now()
  const deadline = start + seconds * 1000
  let offered = 0
  let next = 0
  const sent = { accepted: 0, refused: 0 }
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (Date.now() < deadline) {
        const { body, spans } = payloads[next++ % payloads.length]!
        const due = start + (offered / rate) * 1000
        offered += spans
        if (due > deadline) break
        await sleep(Math.max(0, due - Date.now()))
        sent[(await post(agent, url, body)) === 200 ? 'accepted' : 'refused'] += spans
      }
    }),
  )
  agent.destroy()
  return sent
}

function post(agent: Agent, url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.on('error', reject)
    sending.end(body)
  })
}
