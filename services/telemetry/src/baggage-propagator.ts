import { propagation, trace } from '@opentelemetry/api'
import type { Baggage, Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { appKeys, cleanValue } from './app-context.ts'

const known = new Set<string>(Object.values(appKeys))

/**
 * W3C baggage, for the application's own services only: user ids are nobody else's business, a model provider's
 * least of all.
 *
 * Out: it is sent only to the hosts it is given, each `host` or `host:port`. The receiver is read off the client
 * span that the request is made for (`server.address`, `server.port`), which every HTTP instrumentation starts
 * before it injects. Where there is no such span, nothing is sent.
 *
 * In: only the keys of the application context are taken over, with bounded values.
 */
export class BaggagePropagator implements TextMapPropagator {
  readonly #w3c = new W3CBaggagePropagator()
  readonly #receivers: ReadonlySet<string>

  constructor(hosts: readonly string[]) {
    this.#receivers = new Set(hosts.map((host) => host.toLowerCase()))
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (this.#mayReceive(trace.getSpan(context))) this.#w3c.inject(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = this.#w3c.extract(context, carrier, getter)
    const baggage = propagation.getBaggage(extracted)
    return baggage ? propagation.setBaggage(extracted, onlyKnown(baggage)) : extracted
  }

  fields(): string[] {
    return this.#w3c.fields()
  }

  #mayReceive(span: unknown): boolean {
    const attributes = (span as Partial<ReadableSpan> | undefined)?.attributes
    const address = attributes?.['server.address']
    if (typeof address !== 'string') return false
    const host = address.toLowerCase()
    return this.#receivers.has(host) || this.#receivers.has(`${host}:${String(attributes?.['server.port'])}`)
  }
}

function onlyKnown(baggage: Baggage): Baggage {
  const entries = baggage.getAllEntries().flatMap(([key, entry]) => {
    const value = known.has(key) ? cleanValue(entry.value) : undefined
    return value === undefined ? [] : [[key, { value }] as const]
  })
  return propagation.createBaggage(Object.fromEntries(entries))
}
