import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import {
  TRACE_STORES,
  traceStoreOf,
  type TraceStore,
  type TraceStoreName,
} from '../../scripts/lib/trace-store.ts'
import { collectorContainer, prometheusContainer, QUEUE, traceStoreContainer } from './containers.ts'
import { docker, root } from './docker.ts'
import { eventually } from '../../scripts/lib/eventually.ts'

type Backend = 'prometheus' | 'traces'

/** The Collector as users copy it, with a real Prometheus and a real Tempo, or Jaeger, behind it. */
export interface Pipeline {
  otlpUrl: string
  /** One for each Collector; the first is `otlpUrl`. */
  otlpUrls: string[]
  prometheusUrl: string
  traces: TraceStore
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
  environments = [],
  configs = [],
}: {
  collectors?: number
  environment?: Record<string, string>
  /** By Collector, beside `environment`. */
  environments?: Record<string, string>[]
  /** Laid over the stages, relative to collector/. */
  configs?: string[]
} = {}): Promise<Pipeline> {
  const images = await resolveImages()
  const network = await new Network().start()
  const storeName = traceStoreOf(images)
  const store = TRACE_STORES[storeName]
  const [prometheus, traces] = await Promise.all([
    prometheusContainer(images).withNetwork(network).withExposedPorts(9090).start(),
    traceStoreContainer(images).withNetwork(network).withExposedPorts(store.port).start(),
  ])
  const { flags, own } = await configsFor(storeName, configs)
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
          ...environments[i],
        })
        .withCopyContentToContainer(own)
        .withCommand(flags)
        .start()
      return { container, queue }
    }),
  )
  const collector = instances[0]!.container
  const backends = { prometheus, traces }
  const pipeline: Pipeline = {
    otlpUrl: '',
    otlpUrls: [],
    prometheusUrl: url(prometheus, 9090),
    traces: store.open(url(traces, store.port)),
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
      const inside = backend === 'traces' ? store.port : 9090
      const [, port] = /:(\d+)$/m.exec(await docker('port', id, String(inside)))!
      const now = `http://${backends[backend].getHost()}:${port}`
      if (backend === 'traces') pipeline.traces = store.open(now)
      else pipeline.prometheusUrl = now
      await eventually(async () => {
        const { ok, status } = await fetch(now + (backend === 'traces' ? store.ready : '/-/ready'))
        if (!ok) throw new Error(`${backend} answers ${status}`)
      })
    },
    async stop() {
      const containers = [...instances.map(({ container }) => container), prometheus, traces]
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

/** The Collector's files as they are chosen and edited for a trace store. */
async function configsFor(store: TraceStoreName, overlays: readonly string[]) {
  const flags = configFlags(...overlays)
  if (store === 'tempo') return { flags, own: [] }
  const sampling = await readFile(join(root, 'collector/overlays/sampling.yaml'), 'utf8')
  const content = sampling.replace('traces/tempo:', `traces/${store}:`)
  if (content === sampling) throw new Error('overlays/sampling.yaml does not name traces/tempo')
  const edited = `sampling-${store}.yaml`
  return {
    flags: flags.map((flag) =>
      flag.replace('send/tempo.yaml', `send/${store}.yaml`).replace('overlays/sampling.yaml', edited),
    ),
    own: [{ content, target: `/etc/otelcol-contrib/${edited}` }],
  }
}

const url = (container: StartedTestContainer, port: number) =>
  `http://${container.getHost()}:${container.getMappedPort(port)}`
