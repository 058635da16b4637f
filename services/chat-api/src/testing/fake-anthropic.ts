import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Answer = (response: ServerResponse) => void
interface MessagesRequest {
  model: string
  messages: unknown[]
}

export const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0 }

/** The Messages API of a test: it answers what it was told, in order, and keeps what it was asked. */
export type FakeAnthropic = Awaited<ReturnType<typeof fakeAnthropic>>

export async function fakeAnthropic() {
  const requests: MessagesRequest[] = []
  const answers: Answer[] = []
  const server = createServer(async (request, response) => {
    requests.push(JSON.parse(await text(request)) as MessagesRequest)
    answers.shift()?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const message = (reply: string) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: requests.at(-1)?.model,
    content: reply ? [{ type: 'text', text: reply }] : [],
    stop_reason: 'end_turn',
    usage,
  })
  const write = (response: ServerResponse, event: { type: string; [field: string]: unknown }) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  const json = (response: ServerResponse, status: number, body: object, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    message,
    write,
    next: (answer: Answer) => answers.push(answer),
    answer: (reply: string) => answers.push((response) => json(response, 200, message(reply))),
    fail: (status: number, headers: Record<string, string> = {}) =>
      answers.push((response) =>
        json(response, status, { type: 'error', error: { type: 'some_error', message: 'secret' } }, headers),
      ),
    stream: (...pieces: string[]) =>
      answers.push((response) => {
        const start = { ...message(''), stop_reason: null, usage: { ...usage, output_tokens: 1 } }
        write(response, { type: 'message_start', message: start })
        for (const piece of pieces) {
          const delta = { type: 'text_delta', text: piece }
          write(response, { type: 'content_block_delta', index: 0, delta })
        }
        const end = { stop_reason: 'end_turn', stop_sequence: null }
        const totals = { output_tokens: usage.output_tokens, cache_read_input_tokens: null }
        write(response, { type: 'message_delta', delta: end, usage: totals })
        write(response, { type: 'message_stop' })
        response.end()
      }),
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
