import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One answer: a status with a JSON body, server-sent events, or what the function does. */
export type Answer =
  | { status?: number; headers?: Record<string, string>; body: object }
  | { events: object[] }
  | ((request: IncomingMessage, response: ServerResponse) => void)

export interface FakeApi {
  url: string
  /** Every request's path and headers; a header sent twice is an array of two. */
  requests: { path: string; headers: NodeJS.Dict<string[]> }[]
  /** What to answer next, in order. */
  next: (...answers: Answer[]) => void
  close: () => Promise<void>
}

/** A server that answers what it was told, to be the model API of a test. */
export async function fakeApi(): Promise<FakeApi> {
  const requests: FakeApi['requests'] = []
  const answers: Answer[] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headersDistinct })
    request.resume().on('end', () => {
      const answer = answers.shift()
      if (!answer) response.writeHead(500).end('no answer was prepared')
      else if (typeof answer === 'function') answer(request, response)
      else if ('events' in answer) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const event of answer.events) response.write(serverSentEvent(event))
        response.end()
      } else {
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
        response.end(JSON.stringify(answer.body))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: (...more) => answers.push(...more),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Anthropic names its events, OpenAI's responses too. */
export function serverSentEvent(event: object): string {
  const { type } = event as { type?: string }
  return `${type ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`
}

export const rateLimited: Answer = {
  status: 429,
  // SDKs wait for the first, and look at the second where there is none.
  headers: { 'retry-after-ms': '1', 'retry-after': '30', 'x-should-retry': 'true' },
  body: {
    type: 'error',
    error: { type: 'rate_limit_error', message: 'too many', code: 'rate_limit_exceeded' },
  },
}

export const message: Answer = {
  body: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 5 },
  },
}

export const chatCompletion: Answer = {
  body: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-mini-2025-08-07',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 16 },
    },
  },
}
