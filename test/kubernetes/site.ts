import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { Compose } from '../../scripts/lib/compose.ts'
import { root } from '../lib/docker.ts'
import type { Made } from '../drills/lib/load-process.ts'
import type { Cluster } from './cluster.ts'

const here = import.meta.dirname
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

/** The image that kubernetes/base names. */
const COLLECTOR = /image: (otel\/\S+)/.exec(read('kubernetes', 'base', 'collector.yaml'))![1]!

const configMap = (namespace: string, name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})

/** The repository's Prometheus, which reads the Collectors' own metrics by the name of their Service. */
function prometheusConfig(): string {
  const config = parse(read('prometheus', 'prometheus.yml')) as Record<string, unknown>
  for (const key of ['rule_files', 'alerting', 'scrape_config_files']) delete config[key]
  const names = ['collector-pods.genai-otel.svc.cluster.local']
  config['scrape_configs'] = [
    { job_name: 'otel-collector', dns_sd_configs: [{ names, type: 'A', port: 8888 }] },
  ]
  return stringify(config)
}

/** Images, Prometheus, Tempo and the namespaces. */
export async function install(cluster: Cluster): Promise<void> {
  const images = await resolveImages()
  const tempo = images['TEMPO_IMAGE']
  if (tempo === undefined) throw new Error('spans are read back from Tempo: this needs an image of it')
  const compose = await Compose.open(images)
  await compose.build()
  await cluster.addImage(images['COLLECTOR_IMAGE']!, COLLECTOR)
  await cluster.addImage(images['PROMETHEUS_IMAGE']!, 'prom/prometheus:trial')
  await cluster.addImage(tempo, 'grafana/tempo:trial')
  await cluster.addImage('genai-otel-kit/services:dev')

  const apply = (input: string) => cluster.kubectlWith(input, 'apply', '--server-side', '--filename=-')
  const manifests = readFileSync(join(here, 'backends.yaml'), 'utf8')
  await apply(manifests.split('\n---\n').slice(0, 2).join('\n---\n'))
  const maps = [
    configMap('monitoring', 'prometheus', { 'prometheus.yml': prometheusConfig() }),
    configMap('monitoring', 'tempo', { 'tempo.yaml': read('tempo', 'tempo.yaml') }),
    configMap('applications', 'load', {
      'load-server.ts': read('test', 'kubernetes', 'load-server.ts'),
      ...Object.fromEntries(
        ['load.ts', 'load-process.ts', 'models.ts'].map((file) => [
          file,
          read('test', 'drills', 'lib', file),
        ]),
      ),
    }),
  ]
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: maps }))
  // A namespace's service account comes a moment after it.
  await eventually(() => apply(manifests))
}

/** An overlay of kubernetes/ in the cluster, with backends that have nothing yet, and without what was there before. */
export class Site {
  readonly #cluster: Cluster
  readonly prometheusUrl: string
  readonly tempoUrl: string

  private constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.prometheusUrl = cluster.way('monitoring', 'services', 'prometheus-operated', 9090)
    this.tempoUrl = cluster.way('monitoring', 'services', 'tempo', 3200)
  }

  static async start(cluster: Cluster, overlay: string): Promise<Site> {
    await cluster.kubectl(
      'delete',
      'pod',
      'load',
      '--namespace=applications',
      '--ignore-not-found',
      '--grace-period=1',
    )
    await cluster.kubectl(
      'wait',
      'pod',
      '--for=condition=Ready',
      '--all',
      '--namespace=monitoring',
      '--timeout=180s',
    )
    await cluster.kubectlWith(
      await cluster.kustomize(`kubernetes/overlays/${overlay}`),
      ...['apply', '--server-side', '--force-conflicts', '--filename=-'],
    )
    const site = new Site(cluster)
    await site.settled()
    return site
  }

  /** Waits until each pod is the newest, and ready. */
  async settled(): Promise<void> {
    await this.collectors('rollout', 'status', 'statefulset/collector', '--timeout=240s')
  }

  /** kubectl in the Collectors' namespace. */
  collectors(...args: string[]): Promise<string> {
    return this.#cluster.kubectl('--namespace=genai-otel', ...args)
  }

  /** The load's pod, which begins at once. Its services' names begin with the given one. */
  async startLoad(name: string): Promise<void> {
    const pod = readFileSync(join(here, 'load-pod.yaml'), 'utf8').replace('value: load }', `value: ${name} }`)
    await this.#cluster.kubectlWith(pod, 'apply', '--server-side', '--filename=-')
    const wait = ['wait', 'pod/load', '--for=condition=Ready', '--namespace=applications', '--timeout=120s']
    await this.#cluster.kubectl(...wait)
  }

  /** Ends it, once it has sent what it has. */
  async stopLoad(): Promise<Made[]> {
    const response = await fetch(`${this.#cluster.way('applications', 'pods', 'load', 8080)}/stop`, {
      method: 'POST',
    })
    if (!response.ok) throw new Error(`the load answers ${response.status}: ${await response.text()}`)
    const made = (await response.json()) as Made[]
    await this.#cluster.kubectl('delete', 'pod', 'load', '--namespace=applications', '--grace-period=1')
    return made
  }

  kill(pod: string): Promise<void> {
    return this.#cluster.killPod('genai-otel', pod)
  }
}
