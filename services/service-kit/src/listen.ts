import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from './logger.ts'

export interface ListenOptions {
  logger: Logger
  /** Default: the variable `PORT`, else 8080. 0 takes a free one. */
  port?: number
  /** Default: all addresses, as it must be in a container. */
  host?: string
  /** Runs when the last request is done, before the process exits: to flush telemetry. */
  onStop?: () => Promise<void> | void
  /** How long requests in flight may take after a stop signal, in seconds. Default 8. */
  drainSeconds?: number
  /** How long `onStop` may take, in seconds. Default 22: telemetry waits 20 s for its receiver. */
  onStopSeconds?: number
}

export interface RunningServer {
  server: Server
  port: number
  /** Stops as on a signal, without exiting. @throws what `onStop` threw, or that it took too long */
  stop: () => Promise<void>
}

/**
 * Serves until SIGTERM or SIGINT, then stops without losing anything: accepts no new connection, lets requests
 * in flight end within `drainSeconds`, runs `onStop`, and exits, 0 when all that went well and 1 otherwise.
 * Give the container a stop grace period of more than `drainSeconds` + `onStopSeconds`.
 *
 * A request must arrive whole within 30 s and its headers within 10 s; how long the answer takes is not limited.
 *
 * @throws when the port cannot be listened on
 */
export async function listen(app: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { logger, port = Number(process.env.PORT ?? 8080), host, onStop } = options
  const { drainSeconds = 8, onStopSeconds = 22 } = options
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, app)
  server.on('request', (_request, response) => {
    response.on('close', () => {
      // A connection kept alive would otherwise hold a stopping server up until it times out.
      setImmediate(() => !server.listening && server.closeIdleConnections())
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= drainAndFlush())
  const drainAndFlush = async () => {
    try {
      await drain(server, drainSeconds)
      await within(onStopSeconds, onStop)
    } finally {
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
    }
  }
  // Stays until the end: the default action of a second signal would lose what is not flushed yet.
  const onSignal = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping')
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  const address = server.address() as AddressInfo
  logger.info({ port: address.port }, 'listening')
  return { server, port: address.port, stop }
}

/** Resolves when the last connection is gone; after `seconds` those that are left are cut. */
async function drain(server: Server, seconds: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), seconds * 1000)
  try {
    await new Promise<void>((resolve) => server.close(() => resolve()))
  } finally {
    clearTimeout(timer)
  }
}

async function within(seconds: number, run: (() => Promise<void> | void) | undefined): Promise<void> {
  if (!run) return
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`onStop took more than ${seconds} s`)), seconds * 1000)
  })
  try {
    await Promise.race([run(), late])
  } finally {
    clearTimeout(timer)
  }
}
