/** Who traces the application's calls, and how each is set up: as its makers' documentation does it. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../lib/docker.ts'

const here = import.meta.dirname
const CACHE = join(root, '.cache', 'overhead')
/** Nothing newer, so that what these packages need is the same tomorrow. */
const BEFORE = '2026-11-28'
/** The SDKs of services/telemetry. */
const SDKS = { '@anthropic-ai/sdk': '1.11.0', openai: '6.49.0', '@opentelemetry/api': '1.10.0' }

/** Packages of peers, each in a folder of its own, as they need versions of OpenTelemetry that do not go together. */
const PEERS: Record<string, Record<string, string>> = {
  // With the Anthropic SDK 1.11 the application does not start: it patches a class that is no more.
  openllmetry: { '@traceloop/node-server-sdk': '0.27.0', '@anthropic-ai/sdk': '0.80.0' },
  openlit: { openlit: '1.15.0' },
  openinference: {
    '@arizeai/phoenix-otel': '2.1.0',
    '@arizeai/openinference-instrumentation-anthropic': '0.2.8',
    '@arizeai/openinference-instrumentation-openai': '4.2.7',
  },
  langfuse: {
    '@langfuse/otel': '5.11.1',
    '@langfuse/openai': '5.11.1',
    '@langfuse/tracing': '5.11.1',
    '@arizeai/openinference-instrumentation-anthropic': '0.2.8',
    // The newest that Langfuse says it works with.
    '@opentelemetry/sdk-node': '0.222.0',
    '@opentelemetry/exporter-trace-otlp-http': '0.222.0',
    '@opentelemetry/core': '2.9.0',
    '@opentelemetry/sdk-trace-base': '2.9.0',
  },
}

export interface Variant {
  name: string
  /** In front of the program. */
  nodeOptions: string[]
  program: string
  /** The one without tracing that it is compared with, where that is not the first. */
  base?: string
  environment?: Record<string, string>
}

/** Installs the peers where that was not done. */
export function install(): void {
  for (const [name, packages] of Object.entries(PEERS)) {
    const folder = join(CACHE, name)
    const manifest = JSON.stringify({ private: true, dependencies: { ...SDKS, ...packages } }, null, 2)
    const done = join(folder, 'installed.json')
    if (!existsSync(done) || readFileSync(done, 'utf8') !== manifest) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'package.json'), manifest)
      // No scripts: they would fetch programs for other instrumentations. Peers that are not asked for stay away.
      const how = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', `--before=${BEFORE}`]
      execFileSync('npm', ['install', '--silent', ...how], {
        cwd: folder,
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      writeFileSync(done, manifest)
    }
    copyFileSync(join(here, 'app.cjs'), join(folder, 'app.cjs'))
    copyFileSync(join(here, 'peers', `${name}.cjs`), join(folder, 'setup.cjs'))
  }
}

const ours = join(here, 'app.cjs')
const telemetry = join(root, 'services', 'telemetry', 'src', 'register.ts')

function peer(name: string, folder: string, environment: Record<string, string> = {}): Variant {
  return {
    name,
    nodeOptions: ['--require', join(CACHE, folder, 'setup.cjs')],
    program: join(CACHE, folder, 'app.cjs'),
    // Each alone: the Anthropic SDK would trace itself as well.
    environment: { ANTHROPIC_OPEN_TELEMETRY: 'false', TRACELOOP_TELEMETRY: 'false', ...environment },
  }
}

export const NONE = 'no tracing'

/** The first is what the others are compared with; the second says what a difference must be to be one. */
export function variants(): Variant[] {
  const noContent = { NO_CONTENT: 'true' }
  const elder = `${NONE}, @anthropic-ai/sdk 0.80`
  return [
    { name: NONE, nodeOptions: [], program: ours },
    { name: 'no tracing, again', nodeOptions: [], program: ours },
    { name: 'services/telemetry', nodeOptions: ['--import', telemetry], program: ours },
    { name: 'SDK tracing alone', nodeOptions: ['--import', join(here, 'bare.mjs')], program: ours },
    { name: elder, nodeOptions: [], program: join(CACHE, 'openllmetry', 'app.cjs') },
    { ...peer('OpenLLMetry', 'openllmetry'), base: elder },
    { ...peer('OpenLLMetry, no content', 'openllmetry', noContent), base: elder },
    peer('OpenLIT', 'openlit'),
    peer('OpenLIT, no content', 'openlit', noContent),
    peer('OpenInference', 'openinference'),
    peer('OpenInference, no content', 'openinference', noContent),
    peer('Langfuse', 'langfuse'),
  ]
}

/** Packages and versions, for the table's reader. */
export const versions = () =>
  [
    ...new Set([SDKS, ...Object.values(PEERS)].flatMap(Object.entries<string>).map((one) => one.join(' '))),
  ].join(', ')
