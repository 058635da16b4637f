/** Every configuration is accepted by the program that reads it, and the compose file is what it promises to be. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { ruleFiles, testsFolder } from '../../alerts/rules.ts'
import { resolveImages } from '../../images/resolve.ts'
import { partsOf } from '../../images/signatures.ts'
import { upstreamImages } from '../../images/upstream.ts'
import { readBackends } from '../../scripts/collector/backends.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { otlpSecrets } from '../access/otlp-secrets.ts'
import { testTempo } from '../lib/describe-tempo.ts'
import { docker, root, runImage } from '../lib/docker.ts'
import { OLDEST_COLLECTOR } from '../lib/oldest-collector.ts'
import { expectFewRights } from './few-rights.ts'

let images: Awaited<ReturnType<typeof resolveImages>>
beforeAll(async () => {
  images = await resolveImages()
})

const validate = (image: string, captureContent: string, ...overlays: string[]) =>
  docker(
    ...['run', '--rm', '--network=none', '--volume', `${root}/collector:/etc/otelcol-contrib:ro`],
    // overlays/content-for-some.yaml has to be for one at least.
    ...['--env', `GENAI_CAPTURE_CONTENT=${captureContent}`, '--env', 'LANGFUSE_TAKES=content'],
    '--workdir=/etc/otelcol-contrib',
    ...[image, 'validate', ...configFlags(...overlays)],
  )
/** Each alone has what it needs: scripts/collector/backends.test.ts. */
const backends = readBackends().map(({ name }) => `send/${name}.yaml`)
const besides = ['overlays/sampling.yaml', 'overlays/content-for-some.yaml', 'overlays/older-metrics.yaml']

test('otelcol validate, alone and with all backends and overlays', async () => {
  await validate(images.COLLECTOR_IMAGE!, 'false')
  await validate(images.COLLECTOR_IMAGE!, 'true', ...besides, ...backends)
}, 120_000)

test('otelcol validate, with send/jaeger.yaml beside send/tempo.yaml', async () => {
  await validate(images.COLLECTOR_IMAGE!, 'false', 'send/jaeger.yaml')
}, 60_000)

test('otelcol validate, with single-layer.yaml in place of once.yaml', async () => {
  const flags = configFlags().map((flag) => flag.replace('=once.yaml', '=single-layer.yaml'))
  await docker(
    ...['run', '--rm', '--network=none', '--volume', `${root}/collector:/etc/otelcol-contrib:ro`],
    ...['--workdir=/etc/otelcol-contrib', images.COLLECTOR_IMAGE!, 'validate', ...flags],
  )
}, 60_000)

const testOldest = process.env['COLLECTOR_IMAGE_OLDEST'] ? test : test.skip
testOldest(
  `otelcol validate, ${OLDEST_COLLECTOR}: the oldest that README.md names`,
  async () => {
    const image = process.env['COLLECTOR_IMAGE_OLDEST']!
    expect(await docker('run', '--rm', '--network=none', image, '--version')).toContain(
      ` ${OLDEST_COLLECTOR}`,
    )
    await validate(image, 'false')
    // A stand-in has not all components of the upstream image.
    const components = await docker('run', '--rm', '--network=none', image, 'components')
    const missing = ['cumulativetodelta', 'prometheusremotewrite'].filter(
      (type) => !components.includes(type),
    )
    const those = backends.filter((file) => {
      const text = readFileSync(join(root, 'collector', file), 'utf8')
      return !missing.some((type) => text.includes(type))
    })
    expect(missing.length === 0 || image.startsWith('genai-otel-kit/')).toBe(true)
    await validate(image, 'true', ...besides, ...those)
  },
  120_000,
)

test('README.md names the oldest Collector and the newest', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const newest = partsOf((await upstreamImages()).get('COLLECTOR_IMAGE')!).tag
  expect(readme).toContain(`tested with ${OLDEST_COLLECTOR} and ${newest}`)
})

test('a GENAI_CAPTURE_CONTENT that is neither true nor false is an error, not a guess', async () => {
  await expect(validate(images.COLLECTOR_IMAGE!, 'yes')).rejects.toThrow('protect/redact/keys-yes.yaml')
}, 60_000)

const ruleTests = readdirSync(testsFolder)

test('promtool check config, with what overlays add', async () => {
  // The rules are where the compose file mounts them, and so is the gate's job.
  await docker(
    ...['run', '--rm', '--network=none', '--entrypoint=/bin/promtool'],
    ...['--volume', `${root}/prometheus/prometheus.yml:/etc/prometheus/prometheus.yml:ro`],
    ...['--volume', `${root}/alerts:/etc/prometheus/alerts:ro`],
    ...['--volume', `${root}/prometheus/gate.yaml:/etc/prometheus/scrape/gate.yaml:ro`],
    ...[images.PROMETHEUS_IMAGE!, 'check', 'config', '/etc/prometheus/prometheus.yml'],
  )
}, 60_000)

test('promtool check rules', async () => {
  const files = [...ruleFiles.values()].map((path) => `/repo/alerts/${path}`)
  await runImage(
    images.PROMETHEUS_IMAGE!,
    '/bin/promtool',
    'check',
    'rules',
    '--lint=all',
    '--lint-fatal',
    ...files,
  )
}, 60_000)

test.each(ruleTests)(
  'promtool test rules %s',
  async (file) => {
    await runImage(images.PROMETHEUS_IMAGE!, '/bin/promtool', 'test', 'rules', `/repo/alerts/tests/${file}`)
  },
  120_000,
)

testTempo(
  'tempo -config.verify',
  async () => {
    await runImage(images.TEMPO_IMAGE!, '/tempo', '-config.verify', '-config.file=/repo/tempo/tempo.yaml')
  },
  60_000,
)

test.each(['tokens', 'mtls'])(
  'haproxy -c, %s',
  async (access) => {
    const { folder: secrets } = await otlpSecrets('a-token a name\n')
    const { gate } = await composed({ OTLP_ACCESS: access }, ...LIMITS)
    const variables = Object.entries(gate!.environment!)
    const checked = await docker(
      ...['run', '--rm', '--network=none', '--read-only', '--user', gate!.user!],
      ...variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...['--volume', `${secrets}:/run/secrets/otlp:ro`],
      ...['--volume', `${root}/sidecars/gate:/usr/local/etc/haproxy:ro`],
      // -V: says that it is valid.
      ...[images.HAPROXY_IMAGE!, '-c', '-V', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
    )
    expect(checked).toContain('Configuration file is valid')
    await rm(secrets, { recursive: true })
  },
  60_000,
)

interface Compose {
  services: Record<
    string,
    {
      image: string
      user?: string
      ports?: { host_ip?: string; target: number }[]
      read_only?: boolean
      cap_drop?: string[]
      cap_add?: string[]
      security_opt?: string[]
      privileged?: boolean
      network_mode?: string
      mem_limit?: string
      pids_limit?: number
      restart?: string
      command?: string[]
      environment?: Record<string, string>
    }
  >
}

/** What compose makes of some files, with the variables given and no other: not the images that the tests run on, either. */
async function composed(variables: Record<string, string>, ...files: string[]): Promise<Compose['services']> {
  const { PATH, HOME } = process.env
  const named = files.flatMap((file) => ['-f', file])
  const args = ['compose', ...named, '--env-file=/dev/null', 'config', '--format=json']
  const { stdout } = await promisify(execFile)('docker', args, {
    cwd: root,
    env: { PATH, HOME, ...variables },
  })
  return (JSON.parse(stdout) as Compose).services
}

const SECURE = ['docker-compose.yml', 'docker-compose.secure.yml']
const LIMITS = [...SECURE, 'docker-compose.limits.yml']

describe('docker-compose.yml, and the gate', () => {
  let services: Compose['services']
  beforeAll(async () => {
    const { gate } = await composed({}, ...LIMITS)
    // With Jaeger, which is in a profile.
    services = { ...(await composed({ COMPOSE_PROFILES: '*' }, 'docker-compose.yml')), gate: gate! }
    expect(services).toHaveProperty('jaeger')
  }, 60_000)

  test('publishes on loopback only', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports)
    expect(published.length).toBeGreaterThan(5)
    expect(published.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([])
  })

  test('pins every image to a version', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/:(?!latest).+$/)
    expect(readFileSync(join(root, 'services', 'Dockerfile'), 'utf8')).not.toMatch(/latest/)
  })

  test('takes every right from every container that it does not need', () => {
    for (const [name, service] of Object.entries(services)) {
      expectFewRights(name, service)
      expect(service.privileged).toBeFalsy()
      // It gives a volume to the Collector's user, has no network, and ends.
      if (name === 'collector-queue-owner')
        expect(service).toMatchObject({ cap_add: ['CHOWN'], network_mode: 'none', restart: 'no' })
      else {
        expect(service.cap_add ?? []).toEqual([])
        // What ends starts again.
        expect({ name, restart: service.restart }).toEqual({ name, restart: 'unless-stopped' })
      }
    }
  })

  test('lets nobody change Grafana, and has no administrator whose password could be known', () => {
    expect(services['grafana']!.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    })
    expect(Object.keys(services['grafana']!.environment!)).not.toContain('GF_SECURITY_ADMIN_PASSWORD')
  })

  describe('with docker-compose.secure.yml', () => {
    const secure = (variables: Record<string, string>) => composed(variables, ...SECURE)
    const published = ({ ports = [] }: Compose['services'][string]) =>
      ports.map(({ host_ip, target }) => `${host_ip}:${target}`).sort()

    test('exposes OTLP, and that only, where it is told to', async () => {
      const { collector, ...others } = await secure({ OTLP_ADDRESS: '192.0.2.1' })
      expect(published(collector!)).toEqual(['127.0.0.1:13133', '192.0.2.1:4317', '192.0.2.1:4318'])
      const elsewhere = Object.values(others).flatMap(published)
      expect(elsewhere.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    }, 60_000)

    test('and docker-compose.limits.yml, by the gate', async () => {
      const all = await composed({ OTLP_ADDRESS: '192.0.2.1' }, ...LIMITS)
      expect(published(all['gate']!)).toEqual(['192.0.2.1:4317', '192.0.2.1:4318'])
      expect(published(all['collector']!)).toEqual(['127.0.0.1:13133'])
    }, 60_000)

    test('is on loopback where it is told nothing', async () => {
      const { collector } = await secure({})
      expect(published(collector!)).toEqual(['127.0.0.1:13133', '127.0.0.1:4317', '127.0.0.1:4318'])
    }, 60_000)

    test.each([
      ['', 'tokens'],
      ['mtls', 'mtls'],
    ])(
      'OTLP_ACCESS=%s: the Collector asks for it',
      async (access, overlay) => {
        const { collector } = await secure({ OTLP_ACCESS: access })
        expect(collector!.command).toEqual([`--config=overlays/${overlay}.yaml`])
      },
      60_000,
    )
  })

  test('has a default for every variable, which .env.example names', () => {
    const compose = LIMITS.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
    const used = [...compose.matchAll(/\$\{([A-Z_]+)(:[-+])?/g)].map(([, name, fallback]) => ({
      name,
      fallback,
    }))
    expect(used.filter(({ fallback }) => !fallback)).toEqual([])
    const explained = readFileSync(join(root, '.env.example'), 'utf8')
    expect(used.filter(({ name }) => !new RegExp(`^#?${name}=`, 'm').test(explained))).toEqual([])
  })
})

test('every YAML file of the Collector parses on its own', () => {
  const files = readdirSync(join(root, 'collector'), { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    expect(() => parse(readFileSync(join(root, 'collector', file), 'utf8')) as unknown).not.toThrow()
  }
})
