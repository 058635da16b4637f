import { DockerComposeEnvironment, Wait } from 'testcontainers'
import type { StartedDockerComposeEnvironment } from 'testcontainers'
import { composeVariables, resolveImages } from '../../images/resolve.ts'
import { Compose } from '../../scripts/lib/compose.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import {
  TRACE_STORES,
  traceStoreOf,
  type TraceStore,
  type TraceStoreName,
} from '../../scripts/lib/trace-store.ts'
import { docker, root } from './docker.ts'
import { freePorts } from './free-ports.ts'

/** Each service of docker-compose.yml that the tests talk to, with the variable of its port on the host. */
const PORTS = {
  'chat-api': 'CHAT_API_PORT',
  'support-agent': 'SUPPORT_AGENT_PORT',
  summarizer: 'SUMMARIZER_PORT',
  orders: 'ORDERS_PORT',
  'llm-simulator': 'LLM_SIMULATOR_PORT',
  collector: 'OTLP_HTTP_PORT',
  prometheus: 'PROMETHEUS_PORT',
  alertmanager: 'ALERTMANAGER_PORT',
  tempo: 'TEMPO_PORT',
  jaeger: 'JAEGER_PORT',
  grafana: 'GRAFANA_PORT',
} as const
export type Service = keyof typeof PORTS
const DEMO: readonly Service[] = ['chat-api', 'support-agent', 'summarizer', 'orders', 'llm-simulator']

/** docker-compose.yml itself, on free ports, without background traffic. */
export class Stack {
  readonly #environment: StartedDockerComposeEnvironment
  readonly #ports: Map<string, string>
  readonly hasGrafana: boolean
  readonly traces: TraceStore

  private constructor(
    environment: StartedDockerComposeEnvironment,
    ports: Map<string, string>,
    hasGrafana: boolean,
    store: TraceStoreName,
  ) {
    this.#environment = environment
    this.#ports = ports
    this.hasGrafana = hasGrafana
    this.traces = TRACE_STORES[store].open(this.url(store))
  }

  static async start(): Promise<Stack> {
    const images = await resolveImages()
    const hasGrafana = images.GRAFANA_IMAGE !== undefined
    const store = traceStoreOf(images)
    const without = new Set([hasGrafana ? '' : 'grafana', store === 'tempo' ? 'jaeger' : 'tempo'])
    const services = (Object.keys(PORTS) as Service[]).filter((name) => !without.has(name))
    // Fixed for the stack's life: a port that the engine chooses changes when a container restarts.
    const names = [...Object.values(PORTS), 'OTLP_GRPC_PORT', 'COLLECTOR_HEALTH_PORT']
    const free = await freePorts(names.length)
    const ports = new Map(names.map((name, i) => [name, String(free[i])]))
    const variables = composeVariables(images)
    await (await Compose.open(variables)).build()
    const environment = await new DockerComposeEnvironment(root, 'docker-compose.yml')
      .withEnvironment({
        ...variables,
        ...Object.fromEntries(ports),
        ANTHROPIC_API_KEY: '',
        OPENAI_API_KEY: '',
      })
      .withWaitStrategy('collector-1', Wait.forLogMessage('Everything is ready'))
      .withWaitStrategy(
        `${store}-1`,
        Wait.forLogMessage(store === 'tempo' ? 'Tempo started' : 'Everything is ready'),
      )
      .withStartupTimeout(240_000)
      .up([...services, 'collector-queue-guard'])
    const stack = new Stack(environment, ports, hasGrafana, store)
    await Promise.all(DEMO.map((name) => stack.#healthy(name)))
    return stack
  }

  async #healthy(service: Service): Promise<void> {
    await eventually(() => this.get(service, '/healthz'))
  }

  url(service: Service): string {
    return `http://127.0.0.1:${this.#ports.get(PORTS[service])}`
  }

  async get<T>(service: Service, path: string): Promise<T> {
    return read<T>(await fetch(this.url(service) + path))
  }

  /** @throws unless the answer is 2xx. */
  async post<T>(service: Service, path: string, body: unknown): Promise<T> {
    return read<T>(await this.postRaw(service, path, body))
  }

  postRaw(service: Service, path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url(service) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...init,
    })
  }

  /** As `docker compose restart` does: SIGTERM, and time to finish. Returns when it serves again. */
  async restart(service: Service): Promise<void> {
    await docker('restart', '--time=35', this.#environment.getContainer(`${service}-1`).getId())
    if (DEMO.includes(service)) await this.#healthy(service)
    // On a busy machine it takes longer to start than the services wait for it when they stop, which is 20 s.
    if (service === 'collector') {
      const health = `http://127.0.0.1:${this.#ports.get('COLLECTOR_HEALTH_PORT')}/`
      await eventually(async () => read(await fetch(health)), 120_000)
    }
  }

  /** The ids of all running containers of the stack. */
  async containers(): Promise<string[]> {
    const id = this.#environment.getContainer('collector-1').getId()
    const label = 'com.docker.compose.project'
    const project = (await docker('inspect', '--format', `{{index .Config.Labels "${label}"}}`, id)).trim()
    return (await docker('ps', '--quiet', '--filter', `label=${label}=${project}`)).trim().split('\n')
  }

  logs(service: Service): Promise<string> {
    return docker('logs', this.#environment.getContainer(`${service}-1`).getId())
  }

  async stop(): Promise<void> {
    await this.#environment.down({ removeVolumes: true })
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
  return JSON.parse(text) as T
}
