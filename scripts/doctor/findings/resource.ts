import type { Finding, Span } from '../finding.ts'
import { isOlder } from '../version.ts'

const of = ({ resource }: Span, key: string) => (typeof resource[key] === 'string' ? resource[key] : '')

/** Before these, by telemetry.sdk.language: the first with stable semantic conventions of HTTP, or what the kit was tested with. */
const SDKS: Record<string, { from: string; package: string }> = {
  nodejs: { from: '2.0.0', package: '@opentelemetry/sdk-node 0.200' },
  python: { from: '1.30.0', package: 'opentelemetry-sdk 1.30' },
  java: { from: '1.40.0', package: 'opentelemetry-javaagent 2.6' },
  go: { from: '1.30.0', package: 'go.opentelemetry.io/otel 1.30' },
}

/** Libraries whose elder versions tell less, by their scope. */
const LIBRARIES: { scope: RegExp; from: string; take: string }[] = [
  { scope: /^opentelemetry\.instrumentation\.(anthropic|openai\.v1)$/, from: '0.62.0', take: '0.62' },
  { scope: /^gcp\.vertex\.agent$/, from: '2.0.0', take: '2.0' },
  { scope: /^com\.anthropic\.sdk\.typescript/, from: '1.11.0', take: '1.11' },
  { scope: /^opentelemetry\.instrumentation\.google_generativeai$/, from: '0.62.0', take: '0.62' },
]

export const resource: Finding[] = [
  {
    id: 'service-name-missing',
    severity: 'wrong',
    says: 'The application does not say which service it is.',
    so: 'All that do not are counted as one, `unknown_service`.',
    fix: 'Set `OTEL_SERVICE_NAME`.',
    among: 'spans',
    where: ({ service }) => /^(unknown_service.*|undefined|)$/.test(service),
  },
  {
    id: 'environment-missing',
    severity: 'hidden',
    says: 'The application does not say in which environment it runs.',
    so: 'Production and tests are counted together, and dashboards cannot tell them apart.',
    fix: 'Set `OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=production`.',
    among: 'spans',
    where: (span) => !of(span, 'deployment.environment.name') && !of(span, 'deployment.environment'),
  },
  {
    id: 'service-version-missing',
    severity: 'hidden',
    says: 'The application does not say which version it is.',
    so: 'Whether a release made calls slower or dearer cannot be seen in its traces.',
    fix: 'Set `OTEL_RESOURCE_ATTRIBUTES=service.version=1.2.3`, with the environment after a comma.',
    among: 'spans',
    where: (span) => !of(span, 'service.version'),
  },
  {
    id: 'sdk-old',
    severity: 'hidden',
    says: 'The OpenTelemetry SDK is old.',
    so: 'Its HTTP spans have elder names, and errors that newer ones have fixed.',
    fix: 'Update it. Node: `@opentelemetry/sdk-node` 0.200 or later. Python: `opentelemetry-sdk` 1.30. Java’s agent: 2.6. Go: 1.30.',
    among: 'spans',
    where: (span) => {
      const version = of(span, 'telemetry.sdk.version')
      const sdk = SDKS[of(span, 'telemetry.sdk.language')]
      return sdk && version !== '' && isOlder(version, sdk.from) && `${version}; take ${sdk.package}`
    },
  },
  {
    id: 'library-old',
    severity: 'hidden',
    says: 'The instrumentation is old: newer versions tell more.',
    so: 'Its spans lack usage, errors or cached tokens that newer ones tell (docs/dialects.md).',
    fix: 'Update it to the version that is named.',
    where: (span) => {
      const known = LIBRARIES.find(({ scope }) => scope.test(span.scope))
      const version = span.scopeVersion
      return (
        known !== undefined &&
        version !== '' &&
        isOlder(version, known.from) &&
        `${span.scope} ${version}; take ${known.take}`
      )
    },
  },
]
