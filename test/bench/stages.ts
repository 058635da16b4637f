/** The configurations that are measured: all stages, and fewer. */
import { stringify } from 'yaml'
import { type Config, readConfig } from '../../scripts/collector/config.ts'

export interface Stage {
  name: string
  config: string
  /** Seconds for which the last spans may be held before they are worked on. */
  holds: number
  /** Contents that replace files of collector/, by path. */
  files?: Record<string, string>
}

const TEMPO = 'otlp_grpc/tempo'
const LIMITER = 'memory_limiter'
const NORMALIZE = 'transform/normalize'
const PRICE = 'transform/price'

/** Cumulative: each has what the one before it has. All but (a₀) have the exporter of send/tempo.yaml, its queue on disk. */
export function stages(): Stage[] {
  const full = readConfig()
  const { traces, 'traces/genai': genai } = full.service.pipelines
  const processors = [...traces!.processors!, ...genai!.processors!]
  const stage = (name: string, config: Config): Stage => ({ name, config: stringify(config), holds: 0 })
  const inMemory = only(full, ['batch'])
  inMemory.exporters[TEMPO] = { endpoint: '${env:TEMPO_ENDPOINT}', tls: { insecure: true } }
  return [
    stage('(a₀) OTLP in → batch → out, with the exporter’s queue in memory', inMemory),
    stage('(a) OTLP in → batch → out', only(full, ['batch'])),
    stage('(b) + normalise', only(full, [LIMITER, NORMALIZE])),
    stage('(c) + price', only(full, [LIMITER, NORMALIZE, PRICE])),
    stage('(c′) + redact and mask', only(full, processors)),
    // once/wait.yaml, three look-ups, batch/single_writer
    { ...stage('(d) + metrics: the full pipeline', withProfiler(full)), holds: 19 },
  ]
}

/** (c) with books of so many models, all of one provider, with those that the spans have behind the others. */
export function bookStages(provider: string, spansModels: string[], sizes: number[]): Stage[] {
  const config = stringify(only(readConfig(), [LIMITER, NORMALIZE, PRICE]))
  return sizes.map((size) => {
    const others = Array.from({ length: size - spansModels.length }, (_, i): string => `claude-model-${i}`)
    const models = [...others, ...spansModels].map((model): [string, string] => [model, '3 0.3 3.75 6 15'])
    return {
      name: `(c) with ${size.toLocaleString('en')} models`,
      config,
      holds: 0,
      files: { 'price/book.json': JSON.stringify({ [provider]: Object.fromEntries(models) }) },
    }
  })
}

/** The traces pipeline alone, and with these of its processors. */
function only(full: Config, processors: string[]): Config {
  return withProfiler({
    ...full,
    receivers: { otlp: full.receivers['otlp'] },
    processors: Object.fromEntries(processors.map((name) => [name, full.processors[name] ?? {}])),
    connectors: {},
    exporters: { [TEMPO]: full.exporters[TEMPO]! },
    service: {
      ...full.service,
      pipelines: { traces: { receivers: ['otlp'], processors, exporters: [TEMPO] } },
    },
  })
}

/** With `--profile`, profiles are fetched from it; otherwise it costs nothing. */
function withProfiler(config: Config): Config {
  return {
    ...config,
    extensions: { ...config.extensions, pprof: { endpoint: '0.0.0.0:1777' } },
    service: { ...config.service, extensions: [...config.service.extensions, 'pprof'] },
  }
}
