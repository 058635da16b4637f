/** The kit as Kubernetes takes it: rules, dashboards and the Collector, as resources and as values for the upstream chart. */
import { partsOf } from '../../images/signatures.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { alertsFolder, ruleFiles } from '../../alerts/rules.ts'

const root = join(import.meta.dirname, '..', '..')
const labels = { 'app.kubernetes.io/part-of': 'genai-otel-kit' }
const write = (...documents: object[]) =>
  documents
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')

const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

/** Spans of coding agents count, as their log events do not. */
const SPANS = { name: 'GENAI_AGENTS', value: 'spans' }

interface Container {
  name: string
  env: object[]
  resources: object
  lifecycle: object
  securityContext: object
  volumeMounts: { name: string; mountPath: string }[]
}

/** The Collector's pods, as kubernetes/base has them: what both forms say of them. */
function pods() {
  const documents = parseAllDocuments(read('kubernetes', 'base', 'collector.yaml'))
  const [spec] = documents
    .map((document) => document.toJS() as { kind: string; spec: unknown })
    .filter(({ kind }) => kind === 'StatefulSet')
    .map(
      ({ spec }) =>
        spec as {
          replicas: number
          template: {
            spec: {
              containers: [Container]
              securityContext: object
              terminationGracePeriodSeconds: number
            }
          }
          volumeClaimTemplates: object[]
        },
    )
  const { replicas, template, volumeClaimTemplates } = spec!
  const { containers, securityContext: podSecurityContext, terminationGracePeriodSeconds } = template.spec
  const [{ env, resources, lifecycle, securityContext, volumeMounts }] = containers
  const { configMapGenerator } = parse(read('kubernetes', 'base', 'kustomization.yaml')) as {
    configMapGenerator: { name: string; literals?: string[] }[]
  }
  const settings = configMapGenerator.find(({ name }) => name === 'collector-settings')!.literals!
  const variables = settings.map((literal) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(literal)!
    return { name, value }
  })
  return {
    replicas,
    env: [...env, ...variables, SPANS],
    resources,
    lifecycle,
    podSecurityContext,
    securityContext,
    terminationGracePeriodSeconds,
    volumeClaimTemplates,
    volumeMounts: volumeMounts.filter(({ name }) => name !== 'config'),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As the Collector merges its files. */
function merge(target: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(from)) {
    const there = target[key]
    target[key] = isObject(there) && isObject(value) ? merge(there, value) : value
  }
  return target
}

const SECTIONS = ['processors', 'connectors'] as const

interface Collector {
  processors: Record<string, unknown>
  connectors: Record<string, unknown>
  service: { pipelines: Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }> }
}

/**
 * The configuration without collector/agents.yaml, whose prices are more than the 1 MiB of a ConfigMap has room for where aliases
 * are written out. GENAI_AGENTS=spans belongs to it.
 */
export function withoutAgents(config: Collector): Collector {
  const agents = parse(read('collector', 'agents.yaml')) as Collector
  const names = new Set(SECTIONS.flatMap((section) => Object.keys(agents[section])))
  const others = (section: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(section).filter(([name]) => !names.has(name)))
  const pipelines = Object.entries(config.service.pipelines)
    .filter(([name]) => !(name in agents.service.pipelines))
    .map(([name, { receivers, exporters, ...rest }]) => [
      name,
      {
        ...rest,
        receivers: receivers.filter((receiver) => !names.has(receiver)),
        exporters: exporters.filter((exporter) => !names.has(exporter)),
      },
    ])
  return {
    ...config,
    processors: others(config.processors),
    connectors: others(config.connectors),
    service: {
      ...config.service,
      pipelines: Object.fromEntries(pipelines) as Collector['service']['pipelines'],
    },
  }
}

const config = () =>
  withoutAgents(
    merge(
      parse(read('rendered', 'standard.yaml'), { maxAliasCount: -1 }) as Record<string, unknown>,
      parse(read('kubernetes', 'base', 'service.yaml')) as Record<string, unknown>,
    ) as unknown as Collector,
  )

/** Rules and thresholds for the Prometheus Operator, as one `PrometheusRule`. */
export function prometheusRule(): string {
  const groups = [...ruleFiles.values()].flatMap((path) => {
    const file = parse(readFileSync(join(alertsFolder, path), 'utf8')) as { groups: object[] }
    return file.groups
  })
  return write({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'genai-otel-kit', labels },
    spec: { groups },
  })
}

/** A ConfigMap for each dashboard, with the label that Grafana's sidecar looks for. */
export function dashboards(): string {
  const folder = join(root, 'grafana', 'dashboards')
  return write(
    ...readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `genai-dashboard-${basename(file, '.json')}`,
          labels: { ...labels, grafana_dashboard: '1' },
        },
        data: { [`genai-${file}`]: readFileSync(join(folder, file), 'utf8') },
      })),
  )
}

/**
 * The Collector for the OpenTelemetry Operator.
 *
 * @param image with its tag
 */
export const openTelemetryCollector = (image: string): string =>
  write({
    apiVersion: 'opentelemetry.io/v1beta1',
    kind: 'OpenTelemetryCollector',
    metadata: { name: 'genai', labels },
    spec: { mode: 'statefulset', image, ...pods(), config: config() },
  })

/**
 * Values for the chart `opentelemetry-collector`, whose own pipelines they replace.
 *
 * @param image with its tag
 */
export function helmValues(image: string): string {
  const { repository, tag, digest } = partsOf(image)
  const { replicas, env, lifecycle, volumeClaimTemplates, volumeMounts, ...others } = pods()
  return write({
    mode: 'statefulset',
    replicaCount: replicas,
    image: { repository, tag, ...(digest !== '' && { digest }) },
    command: { name: 'otelcol-contrib' },
    // The chart's own would be beside the one in extraEnvs.
    useGOMEMLIMIT: false,
    extraEnvs: env,
    lifecycleHooks: lifecycle,
    statefulset: { volumeClaimTemplates },
    extraVolumeMounts: volumeMounts,
    ...others,
    alternateConfig: config(),
  })
}
