import { diag } from '@opentelemetry/api'
import { CompositePropagator, getStringListFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core'
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BaggagePropagator } from './baggage-propagator.ts'
import { measureConnections } from './connection-phases.ts'
import { instrumentations } from './instrumentations.ts'
import { OpenSpans } from './open-spans.ts'
import { spanProcessors } from './span-processors.ts'

const openSpans = new OpenSpans()
let sdk: NodeSDK | undefined
let stopped: Promise<void> | undefined

/** Starts the OpenTelemetry SDK as the environment says. The defaults below hold where it says nothing. */
export function start(): void {
  setDefaults({
    // To stderr: what is dropped, and why.
    OTEL_LOG_LEVEL: 'warn',
    // The Collector derives metrics from spans.
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // The instrumentation of `fetch` sends the trace context: once is enough.
    ANTHROPIC_OPEN_TELEMETRY_PROPAGATION: 'false',
  })
  measureConnections()
  sdk = new NodeSDK({
    instrumentations: instrumentations(),
    spanProcessors: spanProcessors(openSpans),
    textMapPropagator: new CompositePropagator({
      propagators: [
        new W3CTraceContextPropagator(),
        new BaggagePropagator(getStringListFromEnv('OTEL_KIT_BAGGAGE_HOSTS') ?? []),
      ],
    }),
    // Not the process and the host: command lines carry secrets.
    ...(process.env.OTEL_NODE_RESOURCE_DETECTORS
      ? {}
      : { resourceDetectors: [envDetector, serviceInstanceIdDetector] }),
  })
  sdk.start()
  process.once('beforeExit', () => void shutdown())
}

/**
 * Sends what is left and stops. Call it when the last request has ended or was cut: it waits half a second for
 * spans that are still open, and those that end later are lost. Further calls return the first one's promise.
 *
 * @param timeoutSeconds how long it may take: a receiver that restarts at the same time is waited for; what is not
 *   sent by then is lost, and `diag` says so
 */
export function shutdown(timeoutSeconds = 20): Promise<void> {
  return (stopped ??= flushWithin(timeoutSeconds))
}

async function flushWithin(seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000)
  })
  try {
    await Promise.race([endAndSend(), late])
  } catch (error) {
    diag.error('telemetry: spans were lost at shutdown', error)
  } finally {
    clearTimeout(timer)
  }
}

async function endAndSend(): Promise<void> {
  // Of requests that were cut, which end their spans as they notice.
  await openSpans.none(500)
  await sdk?.shutdown()
}

function setDefaults(defaults: Record<string, string>): void {
  // An empty variable counts as unset, as in the OpenTelemetry specification.
  for (const [name, value] of Object.entries(defaults)) process.env[name] ||= value
}
