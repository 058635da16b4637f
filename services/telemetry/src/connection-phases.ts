import { Socket } from 'node:net'
import type { Attributes } from '@opentelemetry/api'
import { Agent, buildConnector, setGlobalDispatcher } from 'undici'

/** When each step of opening a connection was done, on the clock of `performance.now()`. */
interface Opening {
  start: number
  lookup?: number
  connect?: number
  secureConnect?: number
}

const openings = new WeakMap<Socket, Opening>()

/**
 * Makes `fetch` open its connections through a connector that notes how long each step took. undici tells when
 * it connects and when it is connected, but not what went to DNS, to TCP and to TLS.
 *
 * Does nothing where Node was told to use a proxy: that is a dispatcher of its own.
 */
export function measureConnections(): void {
  if (process.env.NODE_USE_ENV_PROXY) return
  setGlobalDispatcher(new Agent({ connect: timed(buildConnector({})) }))
}

/** `connector`, noting when each step is done. */
export function timed(connector: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const opening: Opening = { start: performance.now() }
    // Its type hides that it returns the socket; were that to change, there would be no phases.
    const socket = connector(options, callback) as unknown
    if (!(socket instanceof Socket)) return
    openings.set(socket, opening)
    for (const step of ['lookup', 'connect', 'secureConnect'] as const) {
      // First in line: undici sends the request from its own listener.
      socket.prependOnceListener(step, () => (opening[step] = performance.now()))
    }
  }
}

/**
 * The time each step of opening `socket` took, in seconds, as span attributes. Once only: the next request on
 * this connection did not wait for it.
 */
export function takeConnectionPhases(socket: Socket): Attributes {
  const opening = openings.get(socket)
  if (!opening) return {}
  openings.delete(socket)
  const { start, lookup, connect, secureConnect } = opening
  return {
    'genai.http.dns.duration': seconds(start, lookup),
    'genai.http.tcp.duration': seconds(lookup ?? start, connect),
    'genai.http.tls.duration': seconds(connect, secureConnect),
  }
}

function seconds(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : (to - from) / 1000
}
