import type { Change } from './changes.ts'

const COLLECTOR = 'collector.yaml'
const TOTALS = 'totals.yaml'
const TEMPO = 'send/tempo.yaml'
const PROMETHEUS = 'send/prometheus.yaml'

/**
 * What protects from a loss, each with what the configuration is without it: `DRILL_WITHOUT=last_values_at_shutdown npm run
 * drills -- collector-restarted` has to fail. docs/measurements/reliability.md says what happens without which measure.
 */
const MEASURES: Record<string, Change | Change[]> = {
  tempo_queue_on_disk: {
    file: TEMPO,
    path: ['exporters', 'otlp_grpc/tempo', 'sending_queue', 'storage'],
    value: undefined,
  },
  prometheus_queue_on_disk: {
    file: PROMETHEUS,
    path: ['exporters', 'otlp_http/prometheus', 'sending_queue', 'storage'],
    value: undefined,
  },
  tempo_endless_retry: {
    file: TEMPO,
    path: ['exporters', 'otlp_grpc/tempo', 'retry_on_failure'],
    value: { max_interval: '5s', max_elapsed_time: '20s' },
  },
  prometheus_endless_retry: {
    file: PROMETHEUS,
    path: ['exporters', 'otlp_http/prometheus', 'retry_on_failure', 'max_elapsed_time'],
    value: '20s',
  },
  last_values_at_shutdown: [
    { file: TOTALS, path: ['exporters', 'debug'], value: {} },
    { file: TOTALS, path: ['service', 'pipelines', 'metrics/last', 'exporters'], value: ['debug'] },
  ],
  memory_limiter: {
    file: COLLECTOR,
    path: ['service', 'pipelines', 'traces', 'processors'],
    value: ['transform/text', 'transform/normalize'],
  },
  recreate: { file: 'send/queue.yaml', path: ['recreate'], value: false },
}

/** What DRILL_WITHOUT takes out. @throws where it names no measure. */
export function without(): Change[] {
  const name = process.env['DRILL_WITHOUT']
  if (!name) return []
  const change = MEASURES[name]
  if (!change) throw new Error(`DRILL_WITHOUT=${name}: the measures are ${Object.keys(MEASURES).join(', ')}`)
  return [change].flat()
}
