import { resolveImages } from '../../images/resolve.ts'
import { Compose } from '../../scripts/lib/compose.ts'
import { waitUntilHealthy } from '../../scripts/lib/health.ts'
import { freePorts } from '../lib/free-ports.ts'

const portVariables = [
  ...['CHAT_API_PORT', 'SUPPORT_AGENT_PORT', 'SUMMARIZER_PORT', 'ORDERS_PORT', 'LLM_SIMULATOR_PORT'],
  ...['OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'COLLECTOR_HEALTH_PORT', 'PROMETHEUS_PORT', 'ALERTMANAGER_PORT'],
  ...['TEMPO_PORT', 'GRAFANA_PORT', 'ALERT_INBOX_PORT', 'CONTROL_PORT'],
]

/** A whole stack of its own, with traffic, as `npm run up` starts it: nothing that another one did is in its memory. */
export class ScenarioStack {
  readonly control: string
  readonly prometheus: string
  readonly inbox: string
  readonly tempo: string
  readonly #compose: Compose

  private constructor(compose: Compose) {
    this.#compose = compose
    const url = (service: string, port?: number) => {
      const found = compose.url(service, port)
      if (found === undefined) throw new Error(`docker-compose.yml publishes no port of ${service}`)
      return found
    }
    this.control = url('control')
    this.prometheus = url('prometheus', 9090)
    this.inbox = url('alert-inbox')
    this.tempo = url('tempo', 3200)
  }

  /** @param name of the compose project; what is left of one of that name goes first */
  static async start(name: string): Promise<ScenarioStack> {
    const ports = await freePorts(portVariables.length)
    const images = await resolveImages()
    if (images['TEMPO_IMAGE'] === undefined)
      throw new Error('scenarios are found by TraceQL: they need an image of Tempo')
    const compose = await Compose.open({
      ...images,
      ...Object.fromEntries(portVariables.map((variable, i) => [variable, String(ports[i])])),
      COMPOSE_PROJECT_NAME: name,
      // The traffic of the docs' figures, and nobody's money.
      TRAFFIC_RATE_PER_MINUTE: '30',
      ANTHROPIC_API_KEY: '',
      OPENAI_API_KEY: '',
    })
    // Nobody looks at dashboards here.
    const services = Object.keys(compose.services).filter((service) => service !== 'grafana')
    await compose.run('down', '--volumes', '--remove-orphans')
    await compose.run('up', '--detach', '--no-build', ...services)
    await waitUntilHealthy(compose, services)
    return new ScenarioStack(compose)
  }

  async stop(): Promise<void> {
    await this.#compose.run('down', '--volumes')
  }
}

/** Builds the services' image, for all stacks. */
export async function buildImage(): Promise<void> {
  await (await Compose.open(await resolveImages())).build()
}
