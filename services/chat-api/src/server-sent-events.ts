import type { Response } from 'express'

/** Turns `response` into a stream of server-sent events, and returns what sends one. */
export function serverSentEvents(response: Response): (event: string, data: unknown) => void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // A proxy that collects the answer first would defeat its purpose.
    'x-accel-buffering': 'no',
  })
  return (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}
