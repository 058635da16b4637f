/** The single files in rendered/: accepted by the newest Collector and the oldest, and `minimal.yaml` fed and counted exactly. */
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

const testOldest = process.env['COLLECTOR_IMAGE_OLDEST'] ? test : test.skip
testOldest.each(FILES)('otelcol validate, the oldest, %s', async (file) => {
  await validate(process.env['COLLECTOR_IMAGE_OLDEST']!, file)
})

describe('minimal.yaml', () => {
  let collector: StartedTestContainer
  beforeAll(async () => {
    const { COLLECTOR_IMAGE: image } = await resolveImages()
    collector = await new GenericContainer(image!)
      .withCopyFilesToContainer([
        { source: `${root}/rendered/minimal.yaml`, target: '/tmp/elsewhere/one.yaml' },
      ])
      .withCommand(['--config=/tmp/elsewhere/one.yaml'])
      .withExposedPorts(4318, 9464)
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
  const UNPRICED = ['unknown', 'batch']

  /** By genai-prices. */
  const costOf = ({ provider, request, response, input, read = 0, write = 0, hour = 0, output }: Call) =>
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
      await sendSpans(url(4318), { service, spans: [{ attributes }, { attributes }, agent] })
    }
    await eventually(async () => {
      const text = await (await fetch(`${url(9464)}/metrics`)).text()
      const value = (metric: string, service: string) => {
        const lines = text
          .split('\n')
          .filter((line) => line.startsWith(`${metric}{`) && line.includes(`service_name="${service}"`))
        expect(lines.length).toBeLessThanOrEqual(1)
        return lines.map((line) => Number(line.split(' ').at(-1)))[0]
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
    }, 30_000)
  })
})
