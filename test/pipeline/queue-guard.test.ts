/** A damaged queue's file, of each kind that was found to end each start of the Collector, and of those that it gets over itself. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import type { StartedNetwork, StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call } from '../lib/calls.ts'
import { collectorContainer, QUEUE, queueGuardContainer } from '../lib/containers.ts'
import { docker } from '../lib/docker.ts'
import { freePorts } from '../lib/free-ports.ts'
import { sendSpans } from '../lib/otlp.ts'

let network: StartedNetwork
let collector: StartedTestContainer
let guard: StartedTestContainer
let queue: string
let ports: { otlp: number; health: number; own: number }

const FILE = `${QUEUE}/exporter_otlp_grpc_tempo_traces`

beforeAll(async () => {
  const images = await resolveImages()
  network = await new Network().start()
  queue = await mkdtemp(join(tmpdir(), 'guarded-queue-'))
  // The image's user is not ours.
  await chmod(queue, 0o777)
  const [otlp, health, own] = await freePorts(3)
  ports = { otlp: otlp!, health: health!, own: own! }
  const fixed = (container: number, host: number) => ({ container, host })
  ;[collector, guard] = await Promise.all([
    collectorContainer(images)
      .withNetwork(network)
      .withNetworkAliases('collector')
      .withBindMounts([{ source: queue, target: QUEUE }])
      .withExposedPorts(fixed(4318, ports.otlp), fixed(13133, ports.health), fixed(8888, ports.own))
      .start(),
    queueGuardContainer(images, queue).withNetwork(network).withExposedPorts(8080).start(),
  ])
  // As in docker-compose.yml.
  await docker('update', '--restart=unless-stopped', collector.getId())
  // There is no Tempo: they wait, in pages of every kind.
  for (let i = 0; i < 40; i++) await send(50)
}, 240_000)
afterAll(async () => {
  await Promise.all([collector.stop(), guard.stop()])
  await network.stop()
  await onQueue(`fs.chmodSync('${QUEUE}', 0o777); for (const name of names) fs.chmodSync(name, 0o666)`)
  await rm(queue, { recursive: true })
})

const send = (count: number) =>
  sendSpans(`http://127.0.0.1:${ports.otlp}`, {
    spans: Array.from({ length: count }, () => call({ 'app.note': 'x'.repeat(200) })),
  })

/** Runs JavaScript on the queue's files, as their owner. @returns what it printed. */
async function onQueue(script: string): Promise<string> {
  const { NODE_IMAGE: image } = await resolveImages()
  const names = `fs.readdirSync('${QUEUE}').map((name) => '${QUEUE}/' + name)`
  return docker(
    ...['run', '--rm', '--user=0', '--network=none', '--volume', `${queue}:${QUEUE}`, '--entrypoint=node'],
    ...[image!, '-e', `const fs = require('fs'); const names = ${names}; ${script}`],
  )
}

const healthy = () =>
  eventually(async () => {
    const { status } = await fetch(`http://127.0.0.1:${ports.health}/`, {
      signal: AbortSignal.timeout(2000),
    })
    expect(status).toBe(200)
  }, 120_000)

async function setAside(): Promise<number> {
  const url = `http://${guard.getHost()}:${guard.getMappedPort(8080)}/metrics`
  const [, files] = /^otelcol_queue_set_aside_files (\d+)$/m.exec(await (await fetch(url)).text()) ?? []
  return Number(files)
}

/** Spans that wait for Tempo. */
async function waiting(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ports.own}/metrics`)).text()
  return Number(/^otelcol_exporter_queue_size\{[^}]*data_type="traces"[^}]*\} (\S+)$/m.exec(text)?.[1])
}

test('a whole file stays, however the Collector ended', async () => {
  await eventually(async () => expect(await waiting()).toBe(2000))
  for (let i = 1; i <= 5; i++) {
    await docker('kill', '--signal=KILL', collector.getId())
    // Each kill leaves it as it was never seen before.
    await eventually(async () => {
      const looks = (await docker('logs', guard.getId())).match(new RegExp(`is whole","file":"${FILE}"`, 'g'))
      expect(looks).toHaveLength(i)
    })
    await docker('start', collector.getId())
    await healthy()
  }
  await eventually(async () => expect(await waiting()).toBe(2000))
  expect(await setAside()).toBe(0)
}, 300_000)

/** What is done to the file's bytes. Its pages have 4 KiB; the first two are its heads. */
const DAMAGE: [what: string, script: string, by: 'guard' | 'collector'][] = [
  ['both heads', 'bytes.fill(0, 0, 8192)', 'guard'],
  ['all of it', 'require("crypto").randomFillSync(bytes)', 'guard'],
  ['zeroed', 'bytes.fill(0)', 'guard'],
  ['cut within its heads', 'bytes = bytes.subarray(0, 5000)', 'guard'],
  ['cut in the middle', 'bytes = bytes.subarray(0, 16384)', 'guard'],
  [
    'heads of pages',
    'for (let at = 8192; at < bytes.length; at += 4096) bytes.fill(255, at, at + 16)',
    'guard',
  ],
  // Their first keys, which are not in order then; the heads are whole.
  [
    'keys',
    `for (let at = 8192; at < bytes.length; at += 4096) {
      const [kind, entries] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)]
      if (kind === 2 && entries > 1 && entries < 100) bytes.fill(255, at + 16 + 16 * entries, at + 18 + 16 * entries)
    }`,
    'collector',
  ],
]

test.each(DAMAGE)(
  '%s',
  async (_what, script, by) => {
    await docker('kill', '--signal=KILL', collector.getId())
    const before = await setAside()
    const logged = (await docker('logs', guard.getId())).length
    // At once, and by a name that the guard leaves alone before.
    await onQueue(`
      let bytes = fs.readFileSync('${FILE}'); ${script}
      fs.writeFileSync('${QUEUE}/tempdb', bytes); fs.chownSync('${QUEUE}/tempdb', 10001, 10001)
      fs.renameSync('${QUEUE}/tempdb', '${FILE}')
    `)
    await docker('start', collector.getId())
    await healthy()
    expect(await setAside()).toBe(before + 1)
    const said = (await docker('logs', guard.getId())).slice(logged)
    expect(said.includes('damaged queue put aside')).toBe(by === 'guard')
    // It serves, and keeps what comes; for the next.
    for (let i = 0; i < 20; i++) await send(50)
    await eventually(async () => expect(await waiting()).toBe(1000))
  },
  300_000,
)
