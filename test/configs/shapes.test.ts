/** The shapes of docs/scale.md: the Collector takes their files, and their compose files are as safe as docker-compose.yml. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { docker, root } from '../lib/docker.ts'
import { expectFewRights } from './few-rights.ts'

const ALONE = ['shapes/route.yaml', 'shapes/to-kafka.yaml', 'shapes/agent.yaml']
const OVERLAYS = ['docker-compose.replicas.yml', 'docker-compose.kafka.yml', 'docker-compose.agent.yml']

interface Service {
  entrypoint?: string[]
  command?: string[]
  environment?: Record<string, string>
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  mem_limit?: string
  pids_limit?: number
  ports?: { host_ip: string; target: number }[]
  volumes?: { source: string; target: string }[]
}

async function composed(...overlays: string[]): Promise<Record<string, Service>> {
  const { PATH, HOME } = process.env
  const files = ['docker-compose.yml', ...overlays].flatMap((file) => ['-f', file])
  const { stdout } = await promisify(execFile)(
    'docker',
    ['compose', ...files, '--env-file=/dev/null', 'config', '--format=json'],
    { cwd: root, env: { PATH, HOME } },
  )
  return (JSON.parse(stdout) as { services: Record<string, Service> }).services
}

const images = [
  ['the newest', async () => (await resolveImages())['COLLECTOR_IMAGE']],
  ['the oldest', () => Promise.resolve(process.env['COLLECTOR_IMAGE_OLDEST'])],
] as const

test.each(images)(
  'otelcol validate, %s that README.md names',
  async (_, find) => {
    const image = await find()
    // Where the oldest is not to be had: configs.test.ts is skipped by name then.
    if (image === undefined) return
    const mount = `${root}/collector:/etc/otelcol-contrib:ro`
    const run = ['run', '--rm', '--network=none', '--volume', mount, '--workdir=/etc/otelcol-contrib', image]
    // A stand-in of an earlier state of images/collector has no Kafka; upstream's image has.
    const kafka = /\bkafka\b/.test(await docker(...run, 'components'))
    if (image === (await resolveImages())['COLLECTOR_IMAGE']) expect(kafka).toBe(true)
    for (const file of ALONE.filter((file) => kafka || file !== 'shapes/to-kafka.yaml')) {
      await docker(...run, 'validate', '--config=receive.yaml', `--config=${file}`)
    }
    if (kafka) await docker(...run, 'validate', ...configFlags('shapes/from-kafka.yaml'))
  },
  60_000,
)

test('each Collector has a name and a queue of its own, and what applications send to is on loopback', async () => {
  const services = await composed('docker-compose.replicas.yml', 'docker-compose.kafka.yml')
  const counting = Object.entries(services).filter(([, { command }]) =>
    command?.includes('--config=shapes/from-kafka.yaml'),
  )
  expect(counting).toHaveLength(4)
  const names = counting.map(([, { environment }]) => environment!['COLLECTOR_INSTANCE_ID'])
  expect(new Set(names).size).toBe(4)
  const queues = Object.values(services).flatMap(({ entrypoint, volumes = [] }) =>
    entrypoint?.[0] === '/otelcol-contrib'
      ? volumes.filter(({ target }) => target.endsWith('/queue')).map(({ source }) => source)
      : [],
  )
  expect(queues).toHaveLength(6)
  expect(new Set(queues).size).toBe(6)
  const otlp = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.filter(({ target }) => [4317, 4318].includes(target)).map(() => name),
  )
  expect(otlp).toEqual(['balancer', 'balancer'])
}, 60_000)

test('they take every right that docker-compose.yml takes', async () => {
  const services = {
    ...(await composed('docker-compose.replicas.yml', 'docker-compose.kafka.yml')),
    ...(await composed('docker-compose.agent.yml')),
  }
  for (const [name, service] of Object.entries(services)) {
    expectFewRights(name, service)
    expect((service.ports ?? []).filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([])
  }
}, 60_000)

test('.env.example names their variables, each of which has a default', () => {
  const compose = OVERLAYS.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  const used = [...compose.matchAll(/\$\{([A-Z_0-9]+)(:[-+])?/g)]
  expect(used.length).toBeGreaterThan(10)
  expect(used.filter(([, , fallback]) => !fallback)).toEqual([])
  const explained = readFileSync(join(root, '.env.example'), 'utf8')
  expect(used.filter(([, name]) => !new RegExp(`^#?${name}=`, 'm').test(explained))).toEqual([])
})
