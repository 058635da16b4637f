/** The Collector's real configuration, with files in the place of backends, and more files between the stages. */
import { configFiles } from '../collector/config.ts'
import type { Config } from '../collector/config.ts'
import { inline } from '../collector/inline.ts'
import type { Settings } from '../collector/inline.ts'

/** What is written where, in the folder that the container has as /explain. */
export const TAPS = {
  /** Spans as the first stages have understood them. */
  understood: 'understood.jsonl',
  /** Spans as backends get them. */
  sent: 'sent.jsonl',
  /** Spans that are counted. */
  counted: 'counted.jsonl',
  metrics: 'metrics.jsonl',
} as const

/** Where a span had a price of your own. */
export const OWN_PRICE = 'genai.explain.own'

/** Holds the span's ids in front of the namespace that it had, if any: a label of every derived metric. */
export const MARK = /^explain:([0-9a-f]{32}):([0-9a-f]{16}):(.*)$/

/** How long a layer further in has to report a call, and how long each of the three questions for it takes at most. */
export const ONCE_WAIT_SECONDS = 1

export function explainConfig(settings: Settings): Config {
  const files = configFiles().filter((file) => !/^send\/[^/]+$/.test(file))
  const config = inline(files, settings).toJS() as Config
  const { pipelines } = config.service
  const pipeline = (name: string) => {
    const found = pipelines[name]
    if (found === undefined) throw new Error(`collector/ has no pipeline ${name}`)
    return found
  }

  config.exporters = { ...config.exporters }
  for (const [tap, file] of Object.entries(TAPS)) {
    config.exporters[`file/${tap}`] = { path: `/explain/${file}`, flush_interval: '100ms' }
  }
  pipeline('traces').exporters.push('file/understood')
  pipelines['traces/explain'] = { receivers: ['forward/send_traces'], exporters: ['file/sent'] }
  pipelines['metrics/explain'] = { receivers: ['forward/send_metrics'], exporters: ['file/metrics'] }

  // Prices of your own are taken off the span where they were used: once more, to see them.
  const { processors: priced = [] } = pipeline('traces/genai')
  const [own] = (config.processors['transform/price'] as { trace_statements: object[] }).trace_statements
  config.processors['transform/explain_price'] = {
    error_mode: 'ignore',
    trace_statements: [
      own,
      {
        context: 'span',
        conditions: ['span.attributes["genai.price.own"] != nil'],
        statements: [`set(span.attributes["${OWN_PRICE}"], true)`],
      },
    ],
  }
  priced.splice(priced.indexOf('transform/price'), 0, 'transform/explain_price')

  config.processors['transform/explain_mark'] = {
    error_mode: 'propagate',
    trace_statements: [
      {
        context: 'span',
        statements: [
          'set(resource.attributes["service.namespace"], Concat(["explain", span.trace_id.string, span.span_id.string, Coalesce([resource.attributes["service.namespace"], ""])], ":"))',
        ],
      },
    ],
  }
  const counted = pipeline('traces/count')
  counted.processors = [...(counted.processors ?? []), 'transform/explain_mark']
  counted.exporters.push('file/counted')

  hurry(config)
  // No queue on disk, no ports but OTLP's.
  config.service.extensions = []
  config.service.telemetry = { metrics: { level: 'none' } }
  return config
}

/** Intervals that are for many spans a second. */
export function hurry({ processors, connectors }: Config) {
  for (const [name, settings] of Object.entries(processors)) {
    if (name === 'batch/single_writer') Object.assign(settings as object, { timeout: '200ms' })
    if (name === 'tail_sampling/once_wait')
      Object.assign(settings as object, { decision_wait: `${ONCE_WAIT_SECONDS}s` })
  }
  for (const [name, settings] of Object.entries(connectors)) {
    if (name.startsWith('span_metrics/'))
      Object.assign(settings as object, { metrics_flush_interval: '200ms' })
  }
}
