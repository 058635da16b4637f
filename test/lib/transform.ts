import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenericContainer, Wait } from 'testcontainers'
import { parse } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { folder, readConfig } from '../../scripts/collector/config.ts'
import { newTraceId, sendSpans } from './otlp.ts'
import type { Attributes, SpanInput, Value } from './otlp.ts'

const root = join(import.meta.dirname, '..', '..')

/** One fragment of collector/ alone, in the real Collector, for more spans than a whole pipeline stores quickly. */
export interface Transform {
  /** Sends spans, each with a name of its own; gives the attributes that each has then. */
  run(spans: (SpanInput & { name: string })[], scope?: string): Promise<Map<string, Attributes>>
  stop(): Promise<void>
}

/** Spans in one request: OTLP over HTTP takes 20 MB. */
const REQUEST = 2000

/**
 * Starts a Collector with one transform processor.
 *
 * @param statements the processor's `trace_statements`, as in collector.yaml
 * @param files contents that replace files of collector/, by path
 * @param environment variables that the statements read
 */
export async function startTransform(
  statements: string,
  files: Record<string, string> = {},
  environment: Record<string, string> = {},
): Promise<Transform> {
  const images = await resolveImages()
  const output = await mkdtemp(join(tmpdir(), 'collector-output-'))
  // The image's user is not ours.
  await chmod(output, 0o777)
  const config = `
receivers: { otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } } }
processors: { transform: { error_mode: ignore, trace_statements: ${statements} } }
exporters: { file: { path: /output/spans.jsonl, flush_interval: 200ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], processors: [transform], exporters: [file] } }
`
  // A copy with the changes, as testcontainers does not say which of two files for one path wins.
  const source = await mkdtemp(join(tmpdir(), 'collector-'))
  await cp(join(root, 'collector'), source, { recursive: true })
  for (const [path, content] of Object.entries({ ...files, 'transform-test.yaml': config })) {
    await writeFile(join(source, path), content)
  }
  const collector = await new GenericContainer(images.COLLECTOR_IMAGE!)
    .withCopyDirectoriesToContainer([{ source, target: '/etc/otelcol-contrib' }])
    .withWorkingDir('/etc/otelcol-contrib')
    .withEnvironment(environment)
    .withCommand(['--config=transform-test.yaml'])
    .withBindMounts([{ source: output, target: '/output' }])
    .withExposedPorts(4318)
    .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
    .start()
  const otlpUrl = `http://${collector.getHost()}:${collector.getMappedPort(4318)}`
  return {
    async run(spans, scope = 'test') {
      const traceId = newTraceId()
      for (let i = 0; i < spans.length; i += REQUEST) {
        await sendSpans(otlpUrl, {
          scope,
          spans: spans.slice(i, i + REQUEST).map((span) => ({ ...span, traceId })),
        })
      }
      return eventually(async () => {
        const written = await readFile(join(output, 'spans.jsonl'), 'utf8')
        const found = new Map(
          written.split('\n').flatMap((line) => (line.includes(traceId) ? spansIn(line, traceId) : [])),
        )
        expect(found.size).toBe(spans.length)
        return found
      })
    },
    async stop() {
      await collector.stop()
      await rm(source, { recursive: true, force: true })
      await rm(output, { recursive: true, force: true })
    },
  }
}

interface Line {
  resourceSpans: {
    scopeSpans: {
      spans: { traceId: string; name: string; attributes?: { key: string; value: object }[] }[]
    }[]
  }[]
}

function spansIn(line: string, traceId: string): [string, Attributes][] {
  const { resourceSpans } = JSON.parse(line) as Line
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .filter((span) => span.traceId === traceId)
    .map(({ name, attributes = [] }) => [
      name,
      Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)])),
    ])
}

function plain(value: object): Value {
  const [[kind, inner]] = Object.entries(value) as [[string, Value]]
  return kind === 'intValue' ? Number(inner) : inner
}

/** Starts a Collector with all that normalises a span, and with what prices it. */
export async function startNormalizeAndPrice(
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<Transform> {
  const { trace_statements } = readConfig().processors['transform/normalize'] as {
    trace_statements: string[]
  }
  const price = parse(await readFile(join(folder, 'price', 'look-up.yaml'), 'utf8')) as object[]
  const statements = JSON.stringify([...trace_statements, ...price])
  return startTransform(statements, files, environment)
}
