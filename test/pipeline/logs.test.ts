/** Logs with a backend: what was taken is delivered, though the backend was away and the Collector restarted meanwhile. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenericContainer, Network, Wait } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { collectorContainer, QUEUE } from '../lib/containers.ts'
import { docker } from '../lib/docker.ts'

/** Another Collector, which writes what it gets into a file. */
const BACKEND = `
receivers: { otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } } }
exporters: { file: { path: /output/logs.jsonl, append: true, flush_interval: 100ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { logs: { receivers: [otlp], exporters: [file] } }
`

test('no log is lost while the backend is away and the Collector restarts', async () => {
  const images = await resolveImages()
  const network = await new Network().start()
  const [output, queue] = await Promise.all(
    ['logs-output-', 'logs-queue-'].map(async (prefix) => {
      const folder = await mkdtemp(join(tmpdir(), prefix))
      // The image's user is not ours.
      await chmod(folder, 0o777)
      return folder
    }),
  )
  const backend = await new GenericContainer(images.COLLECTOR_IMAGE!)
    .withNetwork(network)
    .withNetworkAliases('logs')
    .withCopyContentToContainer([{ content: BACKEND, target: '/backend.yaml' }])
    .withCommand(['--config=/backend.yaml'])
    .withBindMounts([{ source: output!, target: '/output' }])
    .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
    .start()
  const collector = await collectorContainer(images)
    .withNetwork(network)
    .withCommand(configFlags().map((flag) => flag.replace('logs/none', 'logs/otlp')))
    .withEnvironment({ LOGS_OTLP_ENDPOINT: 'http://logs:4318/v1/logs' })
    .withBindMounts([{ source: queue!, target: QUEUE }])
    .withExposedPorts(4318, 13133)
    .start()
  let sent = 0
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const response = await fetch(`http://${collector.getHost()}:${collector.getMappedPort(4318)}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceLogs: [
            {
              scopeLogs: [
                { logRecords: [{ body: { stringValue: `record-${sent}` }, severityText: 'INFO' }] },
              ],
            },
          ],
        }),
      })
      expect(response.status).toBe(200)
      sent++
    }
  }
  const delivered = async () =>
    new Set((await readFile(join(output!, 'logs.jsonl'), 'utf8')).match(/record-\d+/g) ?? []).size
  try {
    await send(50)
    await eventually(async () => expect(await delivered()).toBe(50), 30_000)
    await docker('stop', '--time=10', backend.getId())
    await send(100)
    await sleep(3000)
    await collector.restart({ timeout: 30_000 })
    await send(50)
    await docker('start', backend.getId())
    await eventually(async () => expect(await delivered()).toBe(sent), 90_000)
  } finally {
    await Promise.all([collector.stop(), backend.stop()])
    await network.stop()
    for (const folder of [output!, queue!]) await rm(folder, { recursive: true, force: true })
  }
}, 240_000)
