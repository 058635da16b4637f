import { setTimeout as sleep } from 'node:timers/promises'
import { otlpJson } from '../../lib/otlp.ts'

/** Tokens of each call of the herd. */
const INPUT = 10

export interface Herd {
  /** Requests that the Collector has acknowledged, and the input tokens in them. */
  accepted: number
  tokens: number
  /** Requests that were refused so that they are sent again: 503, or 429. */
  refused: number
  /** Requests with any other end: nobody knows whether they were counted. */
  other: number
}

/**
 * Applications that have kept spans while the Collector was away, and all send them at once: each a request of 1,000 calls
 * with their content, 2.5 MB of JSON, and the next as soon as it is taken. What is refused is sent again after a pause that
 * doubles up to 5 s, as OTLP's exporters do.
 *
 * @param post gives the status of the answer; where it throws, there was none
 */
export async function herd(
  post: (body: Buffer, sender: number) => Promise<number>,
  service: string,
  senders: number,
  seconds: number,
): Promise<Herd> {
  const calls = 1000
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(45)
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-4-5',
    'gen_ai.usage.input_tokens': INPUT,
    'gen_ai.input.messages': text,
  }
  const body = Buffer.from(
    otlpJson({ service, spans: Array.from({ length: calls }, () => ({ attributes })) }),
  )
  const end = Date.now() + seconds * 1000
  const result = { accepted: 0, tokens: 0, refused: 0, other: 0 }
  const send = async (_: unknown, sender: number) => {
    for (let pause = 250; Date.now() < end;) {
      const status = await post(body, sender).catch(() => 0)
      if (status === 200) {
        result.accepted++
        result.tokens += calls * INPUT
        pause = 250
        continue
      }
      if (status === 503 || status === 429) result.refused++
      else result.other++
      await sleep(pause * (0.5 + Math.random() / 2))
      pause = Math.min(pause * 2, 5000)
    }
  }
  await Promise.all(Array.from({ length: senders }, send))
  return result
}

/** Posts to /v1/traces of a Collector without TLS. */
export const plainPost = (otlpUrl: string) => async (body: Buffer) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${otlpUrl}/v1/traces`, { method: 'POST', headers, body })
  await response.arrayBuffer()
  return response.status
}
