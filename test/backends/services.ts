/**
 * What each service asks for, from its own pages (each file of collector/send/ names its source), and nothing else from those files:
 * they are what is tested against it.
 */
import type { Metric, Span } from '../lib/otlp-decode.ts'

/** `write` is Prometheus' remote write. */
export type Signal = 'traces' | 'metrics' | 'logs' | 'write'

interface Header {
  is: string | RegExp
  /** The status where it is not. */
  otherwise: number
}

export interface Service {
  /** In collector/send/. */
  file: string
  /** By the variables of the file: where it is by default, with what the service's page says. */
  defaults: Record<string, string>
  /** What stands behind the receiver's URL in each of them. */
  behind: Record<string, string>
  /** Keys and names, by variable. */
  variables: Record<string, string>
  /** Where each signal arrives, behind the service's name. */
  paths: Partial<Record<Signal, string>>
  headers: Record<string, Header>
  headersOf?: Partial<Record<Signal, Record<string, Header>>>
  /** Bytes, unpacked. */
  limits?: Partial<Record<Signal, number>>
  /** Whether it takes such a metric. */
  temporality?: (metric: Metric) => boolean
  /** What it has against spans. */
  spans?: (spans: Span[]) => string | undefined
  /** 200 where nothing else is said. */
  success?: number
}

const key = (is: string, otherwise = 401): Header => ({ is, otherwise })

const ALL = { traces: '/v1/traces', metrics: '/v1/metrics', logs: '/v1/logs' }
const TRACES = { traces: '/v1/traces' }

const deltaOnly = ({ kind, temporality }: Metric) => kind === 'gauge' || temporality === 'delta'
const cumulativeOnly = ({ kind, temporality }: Metric) => kind === 'gauge' || temporality === 'cumulative'

const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64')

const tooLong = (limit: number) => (spans: Span[]) => {
  const long = spans
    .flatMap(({ attributes, resource }) => Object.entries({ ...resource, ...attributes }))
    .find(([, value]) => typeof value === 'string' && value.length > limit)
  return long && `${long[0]} is longer than ${limit}`
}

const without = (name: string) => (spans: Span[]) =>
  spans.some(({ resource }) => resource[name] === undefined)
    ? `resource attribute ${name} is missing`
    : undefined

export const SERVICES: Record<string, Service> = {
  grafana_cloud: {
    file: 'grafana-cloud',
    defaults: {},
    behind: { GRAFANA_CLOUD_OTLP_ENDPOINT: '/otlp' },
    variables: { GRAFANA_CLOUD_AUTH: basic('123456', 'glc_secret') },
    paths: { traces: '/otlp/v1/traces', metrics: '/otlp/v1/metrics', logs: '/otlp/v1/logs' },
    headers: { authorization: key(`Basic ${basic('123456', 'glc_secret')}`) },
    temporality: cumulativeOnly,
  },
  datadog: {
    file: 'datadog',
    defaults: {
      DATADOG_TRACES_ENDPOINT: 'https://otlp.datadoghq.com/v1/traces',
      DATADOG_METRICS_ENDPOINT: 'https://otlp.datadoghq.com/v1/metrics',
      DATADOG_LOGS_ENDPOINT: 'https://otlp.datadoghq.com/v1/logs',
    },
    behind: {
      DATADOG_TRACES_ENDPOINT: '/v1/traces',
      DATADOG_METRICS_ENDPOINT: '/v1/metrics',
      DATADOG_LOGS_ENDPOINT: '/v1/logs',
    },
    variables: { DATADOG_API_KEY: 'dd-secret' },
    paths: ALL,
    headers: { 'dd-api-key': key('dd-secret', 403) },
    headersOf: {
      traces: { compute_stats: key('true', 400) },
      metrics: { 'dd-otel-metric-config': { is: /"resource_attributes_as_tags": ?true/, otherwise: 400 } },
      logs: { 'dd-protocol': key('otlp', 400) },
    },
    limits: { traces: 3_200_000, metrics: 500_000, logs: 5_000_000 },
    temporality: deltaOnly,
    success: 202,
  },
  datadog_llm: {
    file: 'datadog-llm',
    defaults: { DATADOG_LLM_ENDPOINT: 'https://otlp.datadoghq.com/v1/traces' },
    behind: { DATADOG_LLM_ENDPOINT: '/v1/traces' },
    variables: { DATADOG_API_KEY: 'dd-secret' },
    paths: TRACES,
    headers: { 'dd-api-key': key('dd-secret', 403), 'dd-otlp-source': key('llmobs', 400) },
    limits: { traces: 3_200_000 },
    success: 202,
  },
  datadog_agent: {
    file: 'datadog-agent',
    defaults: { DATADOG_AGENT_ENDPOINT: 'http://datadog-agent:4318' },
    behind: { DATADOG_AGENT_ENDPOINT: '' },
    variables: {},
    paths: ALL,
    headers: {},
    // It takes both, and "works best with delta": of cumulative ones it drops the first point.
    temporality: deltaOnly,
  },
  new_relic: {
    file: 'new-relic',
    defaults: { NEW_RELIC_ENDPOINT: 'https://otlp.nr-data.net' },
    behind: { NEW_RELIC_ENDPOINT: '' },
    variables: { NEW_RELIC_API_KEY: 'nr-secret' },
    paths: ALL,
    headers: { 'api-key': key('nr-secret', 403) },
    limits: { traces: 1_000_000, metrics: 1_000_000, logs: 1_000_000 },
    temporality: deltaOnly,
    // In truth it says so hours later, in an event of its own.
    spans: tooLong(4095),
  },
  honeycomb: {
    file: 'honeycomb',
    defaults: { HONEYCOMB_ENDPOINT: 'https://api.honeycomb.io', HONEYCOMB_METRICS_DATASET: 'genai-metrics' },
    behind: { HONEYCOMB_ENDPOINT: '' },
    variables: { HONEYCOMB_API_KEY: 'hc-secret' },
    paths: ALL,
    headers: { 'x-honeycomb-team': key('hc-secret') },
    headersOf: { metrics: { 'x-honeycomb-dataset': key('genai-metrics', 400) } },
  },
  uptrace: {
    file: 'uptrace',
    defaults: { UPTRACE_ENDPOINT: 'https://api.uptrace.dev' },
    behind: { UPTRACE_ENDPOINT: '' },
    variables: { UPTRACE_DSN: 'https://secret@api.uptrace.dev?grpc=4317' },
    paths: ALL,
    headers: { 'uptrace-dsn': key('https://secret@api.uptrace.dev?grpc=4317', 403) },
    temporality: deltaOnly,
  },
  dash0: {
    file: 'dash0',
    defaults: { DASH0_ENDPOINT: 'https://ingress.eu-west-1.aws.dash0.com', DASH0_DATASET: 'default' },
    behind: { DASH0_ENDPOINT: '' },
    variables: { DASH0_TOKEN: 'auth_secret', DASH0_DATASET: 'production' },
    paths: ALL,
    headers: { authorization: key('Bearer auth_secret'), 'dash0-dataset': key('production', 403) },
  },
  signoz: {
    file: 'signoz',
    defaults: { SIGNOZ_ENDPOINT: 'https://ingest.us.signoz.cloud:443' },
    behind: { SIGNOZ_ENDPOINT: '' },
    variables: { SIGNOZ_INGESTION_KEY: 'sz-secret' },
    paths: ALL,
    headers: { 'signoz-ingestion-key': key('sz-secret') },
  },
  elastic: {
    file: 'elastic',
    defaults: {},
    behind: { ELASTIC_OTLP_ENDPOINT: '' },
    variables: { ELASTIC_API_KEY: 'es-secret' },
    paths: ALL,
    headers: { authorization: key('ApiKey es-secret') },
    temporality: (metric) =>
      !['histogram', 'exponential'].includes(metric.kind) || metric.temporality === 'delta',
  },
  dynatrace: {
    file: 'dynatrace',
    defaults: {},
    behind: { DYNATRACE_ENDPOINT: '/api/v2/otlp' },
    variables: { DYNATRACE_API_TOKEN: 'dt0c01.secret' },
    paths: {
      traces: '/api/v2/otlp/v1/traces',
      metrics: '/api/v2/otlp/v1/metrics',
      logs: '/api/v2/otlp/v1/logs',
    },
    headers: { authorization: key('Api-Token dt0c01.secret') },
    limits: { traces: 8_000_000, metrics: 8_000_000, logs: 8_000_000 },
    temporality: deltaOnly,
  },
  logfire: {
    file: 'logfire',
    defaults: { LOGFIRE_ENDPOINT: 'https://logfire-us.pydantic.dev' },
    behind: { LOGFIRE_ENDPOINT: '' },
    variables: { LOGFIRE_TOKEN: 'lf-secret' },
    paths: ALL,
    headers: { authorization: key('lf-secret') },
  },
  langfuse: {
    file: 'langfuse',
    defaults: { LANGFUSE_ENDPOINT: 'https://cloud.langfuse.com/api/public/otel' },
    behind: { LANGFUSE_ENDPOINT: '/api/public/otel' },
    variables: { LANGFUSE_AUTH: basic('pk-lf-1', 'sk-lf-secret') },
    paths: { traces: '/api/public/otel/v1/traces' },
    headers: {
      authorization: key(`Basic ${basic('pk-lf-1', 'sk-lf-secret')}`),
      'x-langfuse-ingestion-version': { is: /^[1-4]$/, otherwise: 400 },
    },
  },
  phoenix: {
    file: 'phoenix',
    defaults: { PHOENIX_ENDPOINT: 'http://phoenix:6006', PHOENIX_PROJECT: 'genai' },
    behind: { PHOENIX_ENDPOINT: '' },
    variables: { PHOENIX_API_KEY: 'px-secret', PHOENIX_PROJECT: 'shop' },
    paths: TRACES,
    headers: { authorization: key('Bearer px-secret') },
    spans: without('openinference.project.name'),
  },
  arize: {
    file: 'arize',
    defaults: { ARIZE_ENDPOINT: 'https://otlp.arize.com', ARIZE_PROJECT: 'genai' },
    behind: { ARIZE_ENDPOINT: '' },
    variables: { ARIZE_SPACE_ID: 'space-1', ARIZE_API_KEY: 'ak-secret' },
    paths: TRACES,
    headers: { 'arize-space-id': key('space-1'), 'arize-api-key': key('ak-secret') },
    spans: without('openinference.project.name'),
  },
  langsmith: {
    file: 'langsmith',
    defaults: { LANGSMITH_ENDPOINT: 'https://api.smith.langchain.com/otel', LANGSMITH_PROJECT: 'genai' },
    behind: { LANGSMITH_ENDPOINT: '/otel' },
    variables: { LANGSMITH_API_KEY: 'ls-secret', LANGSMITH_PROJECT: 'shop' },
    paths: { traces: '/otel/v1/traces' },
    headers: { 'x-api-key': key('ls-secret'), 'langsmith-project': key('shop', 400) },
  },
  braintrust: {
    file: 'braintrust',
    defaults: {
      BRAINTRUST_ENDPOINT: 'https://api.braintrust.dev/otel',
      BRAINTRUST_PARENT: 'project_name:genai',
    },
    behind: { BRAINTRUST_ENDPOINT: '/otel' },
    variables: { BRAINTRUST_API_KEY: 'bt-secret' },
    paths: { traces: '/otel/v1/traces' },
    headers: {
      authorization: key('Bearer bt-secret'),
      'x-bt-parent': { is: /^(project_id|project_name|experiment_id):.+/, otherwise: 400 },
    },
    limits: { traces: 10_000_000 },
  },
  opik: {
    file: 'opik',
    defaults: {
      OPIK_ENDPOINT: 'https://www.comet.com/opik/api/v1/private/otel',
      OPIK_WORKSPACE: 'default',
      OPIK_PROJECT: 'genai',
    },
    behind: { OPIK_ENDPOINT: '/opik/api/v1/private/otel' },
    variables: { OPIK_API_KEY: 'op-secret', OPIK_WORKSPACE: 'shop', OPIK_PROJECT: 'assistant' },
    paths: { traces: '/opik/api/v1/private/otel/v1/traces' },
    headers: {
      authorization: key('op-secret'),
      'comet-workspace': key('shop', 403),
      projectname: key('assistant', 400),
    },
  },
  weave: {
    file: 'weave',
    defaults: { WEAVE_ENDPOINT: 'https://trace.wandb.ai/otel' },
    behind: { WEAVE_ENDPOINT: '/otel' },
    variables: { WANDB_API_KEY: 'wb-secret', WANDB_ENTITY: 'team', WANDB_PROJECT: 'shop' },
    paths: { traces: '/otel/v1/traces' },
    headers: { 'wandb-api-key': key('wb-secret') },
    spans: (spans) => without('wandb.entity')(spans) ?? without('wandb.project')(spans),
  },
  mlflow: {
    file: 'mlflow',
    defaults: { MLFLOW_ENDPOINT: 'http://mlflow:5000', MLFLOW_EXPERIMENT_ID: '0' },
    behind: { MLFLOW_ENDPOINT: '' },
    variables: { MLFLOW_EXPERIMENT_ID: '7' },
    paths: TRACES,
    headers: { 'x-mlflow-experiment-id': { is: /^\d+$/, otherwise: 422 } },
  },
  mimir: {
    file: 'mimir',
    defaults: { MIMIR_OTLP_ENDPOINT: 'http://mimir:8080/otlp/v1/metrics', MIMIR_TENANT: 'anonymous' },
    behind: { MIMIR_OTLP_ENDPOINT: '/otlp/v1/metrics' },
    variables: { MIMIR_TENANT: 'shop' },
    paths: { metrics: '/otlp/v1/metrics' },
    headers: { 'x-scope-orgid': key('shop') },
    limits: { metrics: 100_000_000 },
    temporality: cumulativeOnly,
  },
  victoria_metrics: {
    file: 'victoria-metrics',
    defaults: { VICTORIA_METRICS_ENDPOINT: 'http://victoriametrics:8428/opentelemetry/v1/metrics' },
    behind: { VICTORIA_METRICS_ENDPOINT: '/opentelemetry/v1/metrics' },
    variables: {},
    paths: { metrics: '/opentelemetry/v1/metrics' },
    headers: {},
    temporality: cumulativeOnly,
  },
  remote_write: {
    file: 'remote-write',
    defaults: {
      REMOTE_WRITE_ENDPOINT: 'http://prometheus:9090/api/v1/write',
      REMOTE_WRITE_TENANT: 'anonymous',
    },
    behind: { REMOTE_WRITE_ENDPOINT: '/api/v1/write' },
    variables: { REMOTE_WRITE_AUTHORIZATION: 'Bearer rw-secret', REMOTE_WRITE_TENANT: 'shop' },
    paths: { write: '/api/v1/write' },
    headers: {
      authorization: key('Bearer rw-secret'),
      'x-scope-orgid': key('shop'),
      'x-prometheus-remote-write-version': key('0.1.0', 400),
      'content-encoding': key('snappy', 400),
    },
  },
  scrape: {
    file: 'scrape',
    defaults: { SCRAPE_ENDPOINT: '0.0.0.0:9465' },
    behind: {},
    variables: {},
    paths: {},
    headers: {},
  },
}
