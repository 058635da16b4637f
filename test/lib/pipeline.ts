import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { collectorContainer, prometheusContainer, QUEUE, tempoContainer } from './containers.ts'
import { docker } from './docker.ts'
import { eventually } from '../../scripts/lib/eventually.ts'

type Backend = 'prometheus' | 'tempo'

/** The Collector as users copy it, with a real Prometheus and a real Tempo behind it. */
export interface Pipeline {
  otlpUrl: string
  /** One for each Collector; the first is `otlpUrl`. */
  otlpUrls: string[]
  prometheusUrl: string
  tempoUrl: string
  collector: StartedTestContainer
  /** Folders of the Collectors' queues on this machine. */
  queues: string[]
  /** Graceful, as `docker compose restart` does; ports may change. */
  restartCollector(): Promise<void>
  /** Graceful, and its data is kept. */
  stopBackend(backend: Backend): Promise<void>
  startBackend(backend: Backend): Promise<void>
  stop(): Promise<void>
}

/** With several Collectors, each has an instance id and a queue of its own: `collector-0`, `collector-1`, … */
export async function startPipeline({
  collectors: count = 1,
  environment = {},
  configs = [],
}: {
  collectors?: number
  environment?: Record<string, string>
  /** Laid over the stages, relative to collector/. */
  configs?: string[]
} = {}): Promise<Pipeline> {
  const images = await resolveImages()
  const network = await new Network().start()
  const [prometheus, tempo] = await Promise.all([
    prometheusContainer(images).withNetwork(network).withExposedPorts(9090).start(),
    tempoContainer(images).withNetwork(network).withExposedPorts(3200).start(),
  ])
  const instances = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const queue = await mkdtemp(join(tmpdir(), 'collector-queue-'))
      // The image's user is not ours.
      await chmod(queue, 0o777)
      const container = await collectorContainer(images)
        .withNetwork(network)
        // On disk, as what the queue holds has to survive a restart.
        .withBindMounts([{ source: queue, target: QUEUE }])
        .withExposedPorts(4318, 13133)
        // Calls of wrappers wait 10 s for inner layers by default: what is not about that need not.
        .withEnvironment({
          COLLECTOR_INSTANCE_ID: `collector-${i}`,
          GENAI_ONCE_WAIT: '1s',
          ...environment,
        })
        .withCommand(configFlags(...configs))
        .start()
      return { container, queue }
    }),
  )
  const collector = instances[0]!.container
  const backends = { prometheus, tempo }
  const pipeline: Pipeline = {
    otlpUrl: '',
    otlpUrls: [],
    prometheusUrl: url(prometheus, 9090),
    tempoUrl: url(tempo, 3200),
    collector,
    queues: instances.map(({ queue }) => queue),
    async restartCollector() {
      await collector.restart({ timeout: 30_000 })
      findCollectors()
    },
    async stopBackend(backend) {
      await docker('stop', '--time=30', backends[backend].getId())
    },
    async startBackend(backend) {
      const id = backends[backend].getId()
      await docker('start', id)
      // The port may be another one now, which testcontainers does not know.
      const [, port] = /:(\d+)$/m.exec(await docker('port', id, backend === 'tempo' ? '3200' : '9090'))!
      pipeline[`${backend}Url`] = `http://${backends[backend].getHost()}:${port}`
      await eventually(async () => {
        const path = backend === 'tempo' ? '/ready' : '/-/ready'
        const { ok, status } = await fetch(pipeline[`${backend}Url`] + path)
        if (!ok) throw new Error(`${backend} answers ${status}`)
      })
    },
    async stop() {
      const containers = [...instances.map(({ container }) => container), prometheus, tempo]
      await Promise.all(containers.map((container) => container.stop()))
      await network.stop()
      await Promise.all(instances.map(({ queue }) => rm(queue, { recursive: true, force: true })))
    },
  }
  function findCollectors() {
    pipeline.otlpUrls = instances.map(({ container }) => url(container, 4318))
    pipeline.otlpUrl = pipeline.otlpUrls[0]!
  }
  findCollectors()
  return pipeline
}

const url = (container: StartedTestContainer, port: number) =>
  `http://${container.getHost()}:${container.getMappedPort(port)}`
