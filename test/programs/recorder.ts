import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenericContainer, Wait } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'

/** A Collector that writes what it is sent, as OTLP/JSON. */
export interface Recorder {
  otlpUrl: string
  /** All spans of a service, once none has come for two seconds, without what names the machine. */
  spansOf(service: string): Promise<{ resourceSpans: object[] }>
  stop(): Promise<void>
}

const CONFIG = `
receivers: { otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } } }
exporters: { file: { path: /output/spans.jsonl, flush_interval: 200ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
`

export async function startRecorder(): Promise<Recorder> {
  const images = await resolveImages()
  const output = await mkdtemp(join(tmpdir(), 'programs-'))
  // The image's user is not ours.
  await chmod(output, 0o777)
  const file = join(output, 'spans.jsonl')
  const collector = await new GenericContainer(images.COLLECTOR_IMAGE!)
    .withCopyContentToContainer([{ content: CONFIG, target: '/config.yaml' }])
    .withCommand(['--config=/config.yaml'])
    .withBindMounts([{ source: output, target: '/output' }])
    .withExposedPorts(4318)
    .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
    .start()
  await writeFile(file, '', { flag: 'a' })
  const read = async (service: string) =>
    (await readFile(file, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => (JSON.parse(line) as { resourceSpans: Resource[] }).resourceSpans)
      .filter(({ resource }) =>
        resource?.attributes?.some(
          ({ key, value }) => key === 'service.name' && value.stringValue === service,
        ),
      )
  return {
    otlpUrl: `http://${collector.getHost()}:${collector.getMappedPort(4318)}`,
    async spansOf(service) {
      for (let before = -1; ; await sleep(2000)) {
        const spans = await read(service)
        if (spans.length > 0 && spans.length === before) return { resourceSpans: spans.map(anonymous) }
        before = spans.length
      }
    },
    async stop() {
      await collector.stop()
      await rm(output, { recursive: true, force: true })
    },
  }
}

interface Resource {
  resource?: { attributes?: { key: string; value: { stringValue?: string } }[] }
}

/** Without the machine's name, its paths and the process's. */
function anonymous(spans: Resource): object {
  const attributes = spans.resource?.attributes?.filter(
    ({ key }) => !/^(host|process|os|container|service\.instance)\./.test(key),
  )
  const text = JSON.stringify({ ...spans, resource: { ...spans.resource, attributes } })
  const elsewhere = text
    .replace(/File \\"[^"]*?\/(site-packages|programs)\//g, 'File \\"/app/')
    .replace(/file:\/\/[^ )"]*?\/(node_modules\/|[^/ )"]+\.mjs)/g, 'file:///app/$1')
  return JSON.parse(elsewhere) as object
}
