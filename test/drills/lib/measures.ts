import type { Change } from './changes.ts'

const COLLECTOR = 'collector.yaml'
const TEMPO = 'backends/tempo.yaml'
const PROMETHEUS = 'backends/prometheus.yaml'

/**
 * What protects from a loss, each with what the configuration is without it: `DRILL_WITHOUT=last_values_at_shutdown npm run
 * drills -- collector-restarted` has to fail. docs/reliability.md says what happens without which measure.
 */
const MEASURES: Record<string, Change | Change[]> = {
  tempo_queue_on_disk: { file: TEMPO, path: ['sending_queue', 'storage'], value: undefined },
  prometheus_queue_on_disk: { file: PROMETHEUS, path: ['sending_queue', 'storage'], value: undefined },
  tempo_endless_retry: {
    file: TEMPO,
    path: ['retry_on_failure'],
    value: { max_interval: '5s', max_elapsed_time: '20s' },
  },
  prometheus_endless_retry: {
    file: PROMETHEUS,
    path: ['retry_on_failure', 'max_elapsed_time'],
    value: '20s',
  },
  last_values_at_shutdown: [
    { file: COLLECTOR, path: ['exporters', 'debug'], value: {} },
    { file: COLLECTOR, path: ['service', 'pipelines', 'metrics/last', 'exporters'], value: ['debug'] },
  ],
  memory_limiter: {
    file: COLLECTOR,
    path: ['service', 'pipelines', 'traces', 'processors'],
    value: ['transform/normalize'],
  },
  recreate: { file: COLLECTOR, path: ['extensions', 'file_storage/queue', 'recreate'], value: false },
}

/** What DRILL_WITHOUT takes out. @throws where it names no measure. */
export function without(): Change[] {
  const name = process.env['DRILL_WITHOUT']
  if (!name) return []
  const change = MEASURES[name]
  if (!change) throw new Error(`DRILL_WITHOUT=${name}: the measures are ${Object.keys(MEASURES).join(', ')}`)
  return [change].flat()
}
