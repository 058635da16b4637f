import { chmod, mkdtemp, readFile, rm, writeFile, cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenericContainer, Wait } from 'testcontainers'
import { stringify } from 'yaml'
import { eventually } from '../../scripts/lib/eventually.ts'
import { resolveImages } from '../../images/resolve.ts'
import { type Config, readConfig } from '../../scripts/collector/config.ts'
import { root } from '../lib/docker.ts'

/** Some processors of collector/, in the real Collector, between an OTLP receiver and a file. */
export interface Processors {
  otlpUrl: string
  /** All that was written since the start, as OTLP/JSON lines, once it contains `needle`. */
  written(needle: string): Promise<string>
  stop(): Promise<void>
}

const FILE = { path: '/output/spans.jsonl', flush_interval: '100ms' }

/** @param names processors of collector/, in their order */
export const startProcessors = (
  names: string[],
  environment: Record<string, string> = {},
): Promise<Processors> =>
  start(environment, ({ processors }) => ({
    receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
    processors: Object.fromEntries(names.map((name) => [name, processors[name]])),
    exporters: { file: FILE },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], processors: names, exporters: ['file'] } },
    },
  }))

/** All that is done with spans, with a file in place of the backends. */
export const startTraces = (environment: Record<string, string> = {}): Promise<Processors> =>
  start(environment, ({ processors, connectors, receivers, service: { pipelines } }) => ({
    receivers: { otlp: receivers['otlp'] },
    processors,
    connectors: { 'routing/kinds': connectors['routing/kinds'] },
    exporters: { file: FILE },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        traces: pipelines['traces'],
        'traces/genai': { ...pipelines['traces/genai'], exporters: ['file'] },
        'traces/other': { ...pipelines['traces/other'], exporters: ['file'] },
      },
    },
  }))

/** All that is done with logs, with a file in place of the backends. */
export const startLogs = (environment: Record<string, string> = {}): Promise<Processors> =>
  start(environment, ({ processors, receivers, service: { pipelines } }) => ({
    receivers: { otlp: receivers['otlp'] },
    processors: Object.fromEntries(pipelines['logs']!.processors!.map((name) => [name, processors[name]])),
    exporters: { file: FILE },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { ...pipelines['logs'], exporters: ['file'] } },
    },
  }))

async function start(
  environment: Record<string, string>,
  change: (config: Config) => object,
): Promise<Processors> {
  const images = await resolveImages()
  const output = await mkdtemp(join(tmpdir(), 'processors-output-'))
  // The image's user is not ours.
  await chmod(output, 0o777)
  const source = await mkdtemp(join(tmpdir(), 'processors-'))
  await cp(join(root, 'collector'), source, { recursive: true })
  const config = change(readConfig(source))
  await writeFile(join(source, 'test.yaml'), stringify(config))
  const collector = await new GenericContainer(images.COLLECTOR_IMAGE!)
    .withCopyDirectoriesToContainer([{ source, target: '/etc/otelcol-contrib' }])
    .withWorkingDir('/etc/otelcol-contrib')
    .withCommand(['--config=test.yaml'])
    .withEnvironment(environment)
    .withBindMounts([{ source: output, target: '/output' }])
    .withExposedPorts(4318)
    .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
    .start()
  return {
    otlpUrl: `http://${collector.getHost()}:${collector.getMappedPort(4318)}`,
    written: (needle) =>
      eventually(async () => {
        const file = await readFile(join(output, 'spans.jsonl'), 'utf8')
        // Whole lines: the Collector may be in the middle of the last one.
        const text = file.slice(0, file.lastIndexOf('\n') + 1)
        if (!text.includes(needle)) throw new Error(`${needle} has not been written yet`)
        return text
      }),
    async stop() {
      await collector.stop()
      await rm(source, { recursive: true, force: true })
      await rm(output, { recursive: true, force: true })
    },
  }
}
