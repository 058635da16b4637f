/** The kit as Kubernetes takes it: rules, dashboards and the Collector, as resources and as values for the upstream chart. */
import { partsOf } from '../../images/signatures.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { alertsFolder, ruleFiles } from '../../alerts/rules.ts'

const root = join(import.meta.dirname, '..', '..')
const labels = { 'app.kubernetes.io/part-of': 'genai-otel-kit' }
const write = (...documents: object[]) =>
  documents
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')

const standard = () =>
  parse(readFileSync(join(root, 'rendered', 'standard.yaml'), 'utf8'), { maxAliasCount: -1 }) as object

/** Where the pods have their queue, and who they are: the same in both forms. */
const QUEUE = '/var/lib/otelcol/queue'
const claim = {
  metadata: { name: 'queue' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
}
const env = [
  // Survives a restart of the pod, as a series' writer has to.
  { name: 'COLLECTOR_INSTANCE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'TEMPO_ENDPOINT', value: 'tempo.monitoring.svc:4317' },
  {
    name: 'PROMETHEUS_OTLP_ENDPOINT',
    value: 'http://prometheus-operated.monitoring.svc:9090/api/v1/otlp/v1/metrics',
  },
]
const resources = { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '512Mi' } }
const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 10001,
  // Lets the user write to the queue's volume.
  fsGroup: 10001,
  seccompProfile: { type: 'RuntimeDefault' },
}
const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

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
    spec: {
      mode: 'statefulset',
      replicas: 1,
      image,
      env: [...env, { name: 'GOMEMLIMIT', value: '400MiB' }],
      resources,
      podSecurityContext,
      securityContext,
      terminationGracePeriodSeconds: 30,
      volumeClaimTemplates: [claim],
      volumeMounts: [{ name: 'queue', mountPath: QUEUE }],
      config: standard(),
    },
  })

/**
 * Values for the chart `opentelemetry-collector`, whose own pipelines they replace.
 *
 * @param image with its tag
 */
export function helmValues(image: string): string {
  const { repository, tag, digest } = partsOf(image)
  return write({
    mode: 'statefulset',
    replicaCount: 1,
    image: { repository, tag, ...(digest !== '' && { digest }) },
    command: { name: 'otelcol-contrib' },
    // 400 MiB of 512.
    useGOMEMLIMIT: true,
    extraEnvs: env,
    resources,
    podSecurityContext,
    securityContext,
    statefulset: { volumeClaimTemplates: [claim] },
    extraVolumeMounts: [{ name: 'queue', mountPath: QUEUE }],
    alternateConfig: standard(),
  })
}
