/** The single files in rendered/: accepted by the newest Collector and the oldest, and each fed in another folder, and counted exactly. */
import { calcPrice } from '@pydantic/genai-prices'
import { GenericContainer, Wait } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { docker, root } from '../lib/docker.ts'
import { sendSpans } from '../lib/otlp.ts'
import type { Attributes } from '../lib/otlp.ts'

const FILES = ['minimal.yaml', 'standard.yaml', 'full.yaml']

/** From a folder that has nothing else of ours. */
const validate = (image: string, file: string) =>
  docker(
    ...[
      'run',
      '--rm',
      '--network=none',
      '--workdir=/tmp',
      '--volume',
      `${root}/rendered/${file}:/one.yaml:ro`,
    ],
    ...[image, 'validate', '--config=/one.yaml'],
  )

test.each(FILES)('otelcol validate, %s', async (file) => {
  await validate((await resolveImages())['COLLECTOR_IMAGE']!, file)
})

/** What the image starts with by default: the configuration of somebody who has a Collector already. */
test('otelcol validate, minimal.yaml and the default configuration behind it', async () => {
  const { COLLECTOR_IMAGE: image } = await resolveImages()
  await docker(
    ...['run', '--rm', '--network=none', '--volume', `${root}/rendered/minimal.yaml:/minimal.yaml:ro`],
    ...[image!, 'validate', '--config=/minimal.yaml', '--config=/etc/otelcol-contrib/config.yaml'],
  )
})

test('otelcol validate, standard.yaml as kubernetes/base starts it', async () => {
  const { COLLECTOR_IMAGE: image } = await resolveImages()
  const volumes = ['rendered/standard.yaml', 'kubernetes/base/service.yaml'].map(
    (file, i) => `--volume=${root}/${file}:/${i}.yaml:ro`,
  )
  await docker(
    ...['run', '--rm', '--network=none', ...volumes],
    ...[image!, 'validate', '--config=/0.yaml', '--config=/1.yaml'],
  )
})

const testOldest = process.env['COLLECTOR_IMAGE_OLDEST'] ? test : test.skip
testOldest.each(FILES)('otelcol validate, the oldest, %s', async (file) => {
  await validate(process.env['COLLECTOR_IMAGE_OLDEST']!, file)
})

/** Of standard.yaml and full.yaml: metrics to read, in the place of Prometheus. */
const READABLE = `
exporters: { prometheus/test: { endpoint: '0.0.0.0:9465' } }
service: { pipelines: { metrics/prometheus: { exporters: [prometheus/test] } } }
`

describe.each([
  ['minimal.yaml', 9464],
  ['standard.yaml', 9465],
  ['full.yaml', 9465],
])('%s', (file, port) => {
  const isMinimal = file === 'minimal.yaml'
  let collector: StartedTestContainer
  beforeAll(async () => {
    const { COLLECTOR_IMAGE: image } = await resolveImages()
    collector = await new GenericContainer(image!)
      .withCopyFilesToContainer([{ source: `${root}/rendered/${file}`, target: '/tmp/elsewhere/one.yaml' }])
      .withCopyContentToContainer([{ content: READABLE, target: '/tmp/elsewhere/two.yaml' }])
      .withCommand([
        '--config=/tmp/elsewhere/one.yaml',
        ...(isMinimal ? [] : ['--config=/tmp/elsewhere/two.yaml']),
      ])
      .withTmpFs({ '/queue': 'rw,mode=1777' })
      .withEnvironment({ QUEUE_DIRECTORY: '/queue', GENAI_ONCE_WAIT: '1s' })
      .withExposedPorts(4318, port)
      .withWaitStrategy(Wait.forLogMessage('Everything is ready'))
      .start()
  }, 120_000)
  afterAll(() => collector.stop())

  const url = (port: number) => `http://${collector.getHost()}:${collector.getMappedPort(port)}`

  interface Call {
    provider: string
    request: string
    response?: string
    input: number
    read?: number
    write?: number
    hour?: number
    output: number
    extra?: Attributes
  }
  const CALLS: Record<string, Call> = {
    cached: {
      provider: 'anthropic',
      request: 'claude-sonnet-5',
      input: 9246,
      read: 8000,
      write: 1234,
      output: 40,
    },
    hour: {
      provider: 'anthropic',
      request: 'claude-opus-4-8',
      input: 2100,
      read: 0,
      write: 2000,
      hour: 1500,
      output: 77,
    },
    snapshot: {
      provider: 'openai',
      request: 'gpt-5-mini',
      response: 'gpt-5-mini-2025-08-07',
      input: 1240,
      read: 1152,
      output: 64,
    },
    alias: { provider: 'openai', request: 'gpt-4o', response: 'gpt-4o-nobody-lists', input: 333, output: 21 },
    long: { provider: 'openai', request: 'gpt-5.4', input: 272_001, read: 1000, output: 100 },
    short: { provider: 'openai', request: 'gpt-5.4', input: 1000, output: 100 },
    unknown: { provider: 'openai', request: 'gpt-nobody-knows', input: 100, output: 10 },
    batch: {
      provider: 'openai',
      request: 'gpt-4o',
      input: 100,
      output: 10,
      extra: { 'openai.response.service_tier': 'batch' },
    },
  }
  // The smallest knows no multiples.
  const UNPRICED = isMinimal ? ['unknown', 'batch'] : ['unknown']

  /** By genai-prices. */
  const costOf = ({
    provider,
    request,
    response,
    input,
    read = 0,
    write = 0,
    hour = 0,
    output,
    extra,
  }: Call) =>
    (extra ? 0.5 : 1) *
    calcPrice(
      {
        input_tokens: input,
        cache_read_tokens: read,
        cache_write_tokens: write,
        cache_write_1h_tokens: hour,
        output_tokens: output,
      },
      response?.includes('nobody') ? request : (response ?? request),
      { providerId: provider },
    )!.total_price

  test('tokens and cost of calls, exact; an agent does not count; what is not listed is unpriced', async () => {
    for (const [service, call] of Object.entries(CALLS)) {
      const attributes: Attributes = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': call.provider,
        'gen_ai.request.model': call.request,
        'gen_ai.response.model': call.response,
        'gen_ai.usage.input_tokens': call.input,
        'gen_ai.usage.cache_read.input_tokens': call.read,
        'gen_ai.usage.cache_write.input_tokens': call.write,
        'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': call.hour,
        'gen_ai.usage.output_tokens': call.output,
        ...call.extra,
      }
      const agent = { attributes: { ...attributes, 'gen_ai.operation.name': 'invoke_agent' } }
      const scope = call.provider === 'anthropic' ? 'com.anthropic.sdk.python' : 'test'
      await sendSpans(url(4318), { service, scope, spans: [{ attributes }, { attributes }, agent] })
    }
    await eventually(async () => {
      const text = await (await fetch(`${url(port)}/metrics`)).text()
      const value = (metric: string, service: string) => {
        const lines = text
          .split('\n')
          .filter((line) => line.startsWith(`${metric}{`) && line.includes(`service_name="${service}"`))
        const values = lines.map((line) => Number(line.split(' ').at(-1)))
        return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
      }
      for (const [service, call] of Object.entries(CALLS)) {
        const usage = 'gen_ai_client_inference_usage'
        expect([service, value(`${usage}_input_tokens_total`, service)]).toEqual([service, 2 * call.input])
        expect([service, value(`${usage}_output_tokens_total`, service)]).toEqual([service, 2 * call.output])
        expect([service, value('gen_ai_client_inference_duration_seconds_count', service)]).toEqual([
          service,
          2,
        ])
        const cost = value(`${usage}_cost_total`, service)
        if (UNPRICED.includes(service)) expect([service, cost]).toEqual([service, undefined])
        else expect(Math.abs(cost! / (2 * costOf(call)) - 1)).toBeLessThan(1e-9)
        expect([service, value('gen_ai_client_inference_unpriced_total', service)]).toEqual([
          service,
          UNPRICED.includes(service) ? 2 : undefined,
        ])
      }
    }, 60_000)
  })
})
