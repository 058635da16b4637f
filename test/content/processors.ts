import { chmod, mkdtemp, readFile, rm, writeFile, cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenericContainer, Wait } from 'testcontainers'
import { parse, stringify } from 'yaml'
import { eventually } from '../../scripts/lib/eventually.ts'
import { resolveImages } from '../../images/resolve.ts'
import { root } from '../lib/docker.ts'

/** Some processors of collector.yaml, in the real Collector, between an OTLP receiver and a file. */
export interface Processors {
  otlpUrl: string
  /** All that was written since the start, as OTLP/JSON lines, once it contains `needle`. */
  written(needle: string): Promise<string>
  stop(): Promise<void>
}

/** @param names processors of collector.yaml, in their order */
export async function startProcessors(
  names: string[],
  environment: Record<string, string> = {},
): Promise<Processors> {
  const images = await resolveImages()
  const output = await mkdtemp(join(tmpdir(), 'processors-output-'))
  // The image's user is not ours.
  await chmod(output, 0o777)
  const source = await mkdtemp(join(tmpdir(), 'processors-'))
  await cp(join(root, 'collector'), source, { recursive: true })
  const { processors } = parse(await readFile(join(source, 'collector.yaml'), 'utf8')) as {
    processors: Record<string, unknown>
  }
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
    processors: Object.fromEntries(names.map((name) => [name, processors[name]])),
    exporters: { file: { path: '/output/spans.jsonl', flush_interval: '100ms' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], processors: names, exporters: ['file'] } },
    },
  }
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
        const text = await readFile(join(output, 'spans.jsonl'), 'utf8')
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
