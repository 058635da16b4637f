import type { Finding, Span } from '../finding.ts'
import { isOlder } from '../version.ts'

const of = ({ resource }: Span, key: string) => (typeof resource[key] === 'string' ? resource[key] : '')

/** By telemetry.sdk.language, the first release of 2025, by the projects' changelogs and tags. */
const SDKS: Record<string, string> = {
  nodejs: '1.30.1',
  python: '1.30.0',
  java: '1.46.0',
  go: '1.34.0',
}

/** Libraries of which an elder version is recorded, and tells less, by their scope. Versions between are taken for elder ones. */
export const LIBRARIES: { scope: RegExp; from: string; lacks: string }[] = [
  {
    scope: /^opentelemetry\.instrumentation\.(anthropic|openai\.v1)$/,
    from: '0.62.0',
    lacks: 'usage in streams, reasoning tokens',
  },
  { scope: /^gcp\.vertex\.agent$/, from: '2.5.0', lacks: 'the provider, or what Gemini thought' },
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
    says: 'The OpenTelemetry SDK was released before 2025.',
    so: 'Fixes of years are missing. The kit is tested with newer ones.',
    fix: 'Update it: Node 1.30.1, Python 1.30, Java 1.46, Go 1.34 or later.',
    among: 'spans',
    where: (span) => {
      const version = of(span, 'telemetry.sdk.version')
      const language = of(span, 'telemetry.sdk.language')
      const from = SDKS[language]
      return from !== undefined && version !== '' && isOlder(version, from) && `${language} ${version}`
    },
  },
  {
    id: 'library-old',
    severity: 'hidden',
    says: 'The instrumentation is old: newer versions tell more.',
    so: 'What it lacks stands behind its version. docs/dialects.md says more.',
    fix: 'Update it to the version that is named, or a later one.',
    where: ({ scope, scopeVersion: version }) => {
      const known = LIBRARIES.find((library) => library.scope.test(scope))
      return (
        known !== undefined &&
        version !== '' &&
        isOlder(version, known.from) &&
        `${scope} ${version} lacks ${known.lacks}; take ${known.from}`
      )
    },
  },
]
