/**
 * The stack's components as tests start them one by one: the images, configs and flags of docker-compose.yml. Ports are
 * the test's: fixed ones and ones that the engine chooses cannot replace each other.
 */
import { join } from 'node:path'
import { GenericContainer, Wait } from 'testcontainers'
import type { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { traceStoreOf } from '../../scripts/lib/trace-store.ts'
import { root } from './docker.ts'

type Images = Awaited<ReturnType<typeof resolveImages>>

/** On 4318 OTLP over HTTP, on 13133 its health, which has to be exposed; without a queue that it can write to, it does not start. */
export const collectorContainer = (images: Images, config = join(root, 'collector')) =>
  new GenericContainer(images.COLLECTOR_IMAGE!)
    .withCopyDirectoriesToContainer([{ source: config, target: '/etc/otelcol-contrib' }])
    .withWorkingDir('/etc/otelcol-contrib')
    .withCommand(configFlags())
    .withWaitStrategy(Wait.forHttp('/', 13133))

/** Where the Collector keeps its queue. */
export const QUEUE = '/var/lib/otelcol/queue'

/** On 9090, which has to be exposed. */
export const prometheusContainer = (images: Images) =>
  new GenericContainer(images.PROMETHEUS_IMAGE!)
    .withNetworkAliases('prometheus')
    .withCopyFilesToContainer([
      { source: join(root, 'prometheus', 'prometheus.yml'), target: '/etc/prometheus/prometheus.yml' },
    ])
    .withCommand([
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      '--web.enable-otlp-receiver',
      '--enable-feature=exemplar-storage,created-timestamp-zero-ingestion',
    ])
    .withWaitStrategy(Wait.forHttp('/-/ready', 9090))

/** On 3200, which has to be exposed. */
export const tempoContainer = (images: Images) =>
  new GenericContainer(images.TEMPO_IMAGE!)
    .withNetworkAliases('tempo')
    .withCopyFilesToContainer([
      { source: join(root, 'tempo', 'tempo.yaml'), target: '/etc/tempo/tempo.yaml' },
    ])
    .withCommand(['-config.file=/etc/tempo/tempo.yaml'])
    .withWaitStrategy(Wait.forHttp('/ready', 3200))

/** On 16686, which has to be exposed. */
export const jaegerContainer = (images: Images) =>
  new GenericContainer(images.JAEGER_IMAGE!)
    .withNetworkAliases('jaeger')
    .withCopyFilesToContainer([
      { source: join(root, 'jaeger', 'jaeger.yaml'), target: '/etc/jaeger/jaeger.yaml' },
    ])
    .withCommand(['--config=/etc/jaeger/jaeger.yaml'])
    .withWaitStrategy(Wait.forHttp('/api/v3/services', 16686))

/** The trace store of the stack: Tempo, or Jaeger where there is no image of Tempo. */
export const traceStoreContainer = (images: Images) =>
  ({ tempo: tempoContainer, jaeger: jaegerContainer })[traceStoreOf(images)](images)

/** On 8080 its metrics, which have to be exposed. Beside a Collector with the alias `collector`, on the folder of its queue. */
export const queueGuardContainer = (images: Images, queue: string) =>
  new GenericContainer(images.NODE_IMAGE!)
    .withCopyDirectoriesToContainer([{ source: join(root, 'sidecars/queue-guard'), target: '/queue-guard' }])
    .withBindMounts([{ source: queue, target: QUEUE }])
    // The Collector's.
    .withUser('10001')
    .withCommand(['node', '/queue-guard/main.ts'])
    .withWaitStrategy(Wait.forHttp('/metrics', 8080))
