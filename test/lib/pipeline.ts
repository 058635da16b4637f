import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenericContainer, Network, Wait } from 'testcontainers'
import type { StartedNetwork, StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'

const root = join(import.meta.dirname, '..', '..')

/** The Collector as users copy it, with a real Prometheus and a real Tempo behind it. */
export interface Pipeline {
  otlpUrl: string
  prometheusUrl: string
  tempoUrl: string
  collector: StartedTestContainer
  /** Graceful, as `docker compose restart` does; ports may change. */
  restartCollector(): Promise<void>
  stop(): Promise<void>
}

export async function startPipeline(): Promise<Pipeline> {
  const images = await resolveImages()
  const network = await new Network().start()
  const [prometheus, tempo] = await Promise.all([
    startPrometheus(images, network),
    startTempo(images, network),
  ])
  const queue = await mkdtemp(join(tmpdir(), 'collector-queue-'))
  // The image's user is not ours.
  await chmod(queue, 0o777)
  const collector = await collectorContainer(images, network, queue).start()
  const pipeline: Pipeline = {
    otlpUrl: url(collector, 4318),
    prometheusUrl: url(prometheus, 9090),
    tempoUrl: url(tempo, 3200),
    collector,
    async restartCollector() {
      await collector.restart({ timeout: 30_000 })
      pipeline.otlpUrl = url(collector, 4318)
    },
    async stop() {
      await Promise.all([collector, prometheus, tempo].map((container) => container.stop()))
      await network.stop()
      await rm(queue, { recursive: true, force: true })
    },
  }
  return pipeline
}

type Images = Awaited<ReturnType<typeof resolveImages>>

function collectorContainer(images: Images, network: StartedNetwork, queue: string) {
  return (
    new GenericContainer(images.COLLECTOR_IMAGE!)
      .withNetwork(network)
      .withCopyDirectoriesToContainer([{ source: join(root, 'collector'), target: '/etc/otelcol-contrib' }])
      .withWorkingDir('/etc/otelcol-contrib')
      .withCommand(['--config=collector.yaml'])
      // On disk, as what the queue holds has to survive a restart.
      .withBindMounts([{ source: queue, target: '/var/lib/otelcol/queue' }])
      .withExposedPorts(4318, 13133)
      .withWaitStrategy(Wait.forHttp('/', 13133))
  )
}

function startPrometheus(images: Images, network: StartedNetwork) {
  return new GenericContainer(images.PROMETHEUS_IMAGE!)
    .withNetwork(network)
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
    .withExposedPorts(9090)
    .withWaitStrategy(Wait.forHttp('/-/ready', 9090))
    .start()
}

function startTempo(images: Images, network: StartedNetwork) {
  return new GenericContainer(images.TEMPO_IMAGE!)
    .withNetwork(network)
    .withNetworkAliases('tempo')
    .withCopyFilesToContainer([
      { source: join(root, 'tempo', 'tempo.yaml'), target: '/etc/tempo/tempo.yaml' },
    ])
    .withCommand(['-config.file=/etc/tempo/tempo.yaml'])
    .withExposedPorts(3200)
    .withWaitStrategy(Wait.forHttp('/ready', 3200))
    .start()
}

const url = (container: StartedTestContainer, port: number) =>
  `http://${container.getHost()}:${container.getMappedPort(port)}`
