/**
 * All files of collector/send/ at once, in one Collector, each towards a stand-in that is as strict as its service: what is sent
 * is taken, is complete, and has what the service's views read. Then a service refuses, and the others do not notice.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import type { StartedNetwork, StartedTestContainer } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFiles } from '../../scripts/collector/config.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { coreOf, makeSecrets } from '../content/secrets.ts'
import { asNow, readFixtures } from '../dialects/fixture.ts'
import { collectorContainer, QUEUE } from '../lib/containers.ts'
import { docker } from '../lib/docker.ts'
import type { Attributes, Metric, Span } from '../lib/otlp-decode.ts'
import { newSpanId, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { Receiver } from './receiver.ts'
import { SERVICES } from './services.ts'

const services = Object.keys(SERVICES)
const taking = (signal: 'traces' | 'metrics' | 'logs') =>
  services.filter((name) => SERVICES[name]!.paths[signal])

let network: StartedNetwork
let receiver: Receiver
let queue: string
let collector: StartedTestContainer
const port = (number: number) => `http://${collector.getHost()}:${collector.getMappedPort(number)}`

/** Ids of what was sent, and what has to be everywhere. */
const sent = { spans: new Set<string>(), calls: 0, input: 0, output: 0, cost: 0 }

const LONG = 'ä'.repeat(5000)
const CANARY = 'canary-5f1c: what the customer asked'
/** Of each kind that the masks know, in what the customer asked. */
const secrets = makeSecrets()
const trace = newTraceId()
const root = newSpanId()
const callId = newSpanId()
const toolId = newSpanId()

/** Claude Haiku 4.5: 1 USD for a million tokens, 0.10 read from the cache, 1.25 written to it, 5 of output. */
const CALL = { input: 1000, read: 400, written: 100, output: 200, cost: 0.001665 }
const call: SpanInput = {
  name: 'chat claude-haiku-4-5',
  traceId: trace,
  spanId: callId,
  parentSpanId: root,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-haiku-4-5',
    'gen_ai.response.model': 'claude-haiku-4-5-20251001',
    'gen_ai.usage.input_tokens': CALL.input,
    'gen_ai.usage.cache_read.input_tokens': CALL.read,
    'gen_ai.usage.cache_creation.input_tokens': CALL.written,
    'gen_ai.usage.output_tokens': CALL.output,
    'gen_ai.conversation.id': 'conversation-1',
    'user.id': 'u4711',
    'gen_ai.input.messages': JSON.stringify([
      { role: 'user', parts: [{ type: 'text', content: CANARY }] },
      ...secrets.map(({ text }) => ({
        role: 'user',
        parts: [{ type: 'text', content: `Mine is ${text}.` }],
      })),
    ]),
  },
}
const spans: SpanInput[] = [
  {
    name: 'invoke_agent shop',
    kind: 'internal',
    traceId: trace,
    spanId: root,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'shop', 'user.id': 'u4711' },
  },
  call,
  {
    name: 'execute_tool search',
    kind: 'internal',
    traceId: trace,
    spanId: toolId,
    parentSpanId: root,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  },
  {
    name: 'SELECT orders',
    traceId: trace,
    spanId: newSpanId(),
    parentSpanId: root,
    attributes: { 'db.system.name': 'postgresql', 'app.note': LONG },
  },
]

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(port(4318) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
}

/** What spans of real libraries say, beside our own. */
const FIXTURES = [
  'semconv-python/anthropic-cached',
  'anthropic-sdk/anthropic-plain',
  'openinference/openai-cached',
]

beforeAll(async () => {
  const images = await resolveImages()
  network = await new Network().start()
  const gateway = await docker(
    ...['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network.getName()],
  )
  receiver = await Receiver.start(gateway.trim())
  // Refusals that pass: everything is sent again.
  receiver.break('honeycomb', { kind: 'answer', status: 429, retryAfter: '1' }, 2)
  receiver.break('signoz', { kind: 'answer', status: 503 }, 1)
  receiver.break('logfire', { kind: 'answer', status: 502 }, 1)
  receiver.break('opik', { kind: 'slow', milliseconds: 2000 })
  queue = await mkdtemp(join(tmpdir(), 'backends-queue-'))
  // The image's user is not ours.
  await chmod(queue, 0o777)
  const environment = Object.entries(SERVICES).flatMap(([name, { behind, variables }]) => [
    ...Object.entries(behind).map(([variable, path]) => [variable, receiver.url(name) + path]),
    ...Object.entries(variables),
  ])
  const stages = configFiles().filter((file) => !file.startsWith('send/'))
  const files = services.map((name) => `send/${SERVICES[name]!.file}.yaml`)
  const overlays = ['overlays/content-for-some.yaml', 'overlays/older-metrics.yaml']
  collector = await collectorContainer(images)
    .withNetwork(network)
    .withBindMounts([{ source: queue, target: QUEUE }])
    .withExposedPorts(4318, 13133, 8888, 9465)
    .withEnvironment({
      ...(Object.fromEntries(environment) as Record<string, string>),
      GENAI_ONCE_WAIT: '1s',
      LANGFUSE_TAKES: 'content',
      GENAI_CONTENT_KILOBYTES: '20',
      DEPLOYMENT_ENVIRONMENT: 'test',
    })
    .withCommand([...stages, ...files, ...overlays].map((file) => `--config=${file}`))
    .withStartupTimeout(120_000)
    .start()

  await sendSpans(port(4318), {
    service: 'shop-api',
    scope: 'opentelemetry.instrumentation.genai.anthropic',
    resource: { 'deployment.environment.name': 'test' },
    spans,
  })
  for (const span of spans) sent.spans.add(span.spanId!)
  sent.calls++
  sent.input += CALL.input
  sent.output += CALL.output
  sent.cost += CALL.cost
  for (const fixture of readFixtures().filter(({ name }) => FIXTURES.includes(name))) {
    const { otlp } = asNow(fixture)
    for (const resource of otlp.resourceSpans)
      for (const scope of resource.scopeSpans) for (const span of scope.spans) sent.spans.add(span.spanId)
    await post('/v1/traces', otlp)
    sent.calls += fixture.truth.length
    sent.input += fixture.truth.reduce((sum, { input }) => sum + input, 0)
    sent.output += fixture.truth.reduce((sum, { output }) => sum + output, 0)
  }
  await post('/v1/logs', {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop-api' } }] },
        scopeLogs: [{ logRecords: [{ body: { stringValue: 'order 7 shipped' }, severityText: 'INFO' }] }],
      },
    ],
  })
  await applicationMetric(40, 3)
  await eventually(() => {
    const missing = taking('traces').filter((name) => idsOf(name).size < sent.spans.size)
    expect(missing.map((name) => ({ name, refused: receiver.inbox(name).refused }))).toEqual([])
    return Promise.resolve()
  }, 60_000)
}, 240_000)

afterAll(async () => {
  await collector?.stop()
  receiver?.stop()
  await network?.stop()
  const { NODE_IMAGE: image } = await resolveImages()
  await docker(
    ...['run', '--rm', '--user=0', '--network=none', '--volume', `${queue}:/queue`],
    ...['--entrypoint', 'sh', image!, '-c', 'chmod -R a+rwX /queue'],
  )
  await rm(queue, { recursive: true, force: true })
})

const began = String(BigInt(Date.now() - 3_600_000) * 1_000_000n)

/** A cumulative counter of an application that began before this Collector, and a gauge. */
async function applicationMetric(value: number, temperature: number): Promise<void> {
  const now = String(BigInt(Date.now()) * 1_000_000n)
  await post('/v1/metrics', {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'shop-api' } },
            { key: 'service.version', value: { stringValue: '1.2.3' } },
          ],
        },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'shop.orders',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [{ asInt: String(value), startTimeUnixNano: began, timeUnixNano: now }],
                },
              },
              {
                name: 'shop.temperature',
                gauge: { dataPoints: [{ asDouble: temperature, timeUnixNano: now }] },
              },
            ],
          },
        ],
      },
    ],
  })
}

const idsOf = (name: string) => new Set(receiver.inbox(name).spans.map(({ spanId }) => spanId))
const spanOf = (name: string, id: string) => receiver.inbox(name).spans.find(({ spanId }) => spanId === id)!
const callOf = (name: string) => spanOf(name, callId).attributes

/** What a counter or histogram has come to, as the service would reckon: increments add up, of totals the last one of each series counts. */
function totalOf(
  metrics: Metric[],
  name: string,
  field: 'value' | 'count' | 'sum',
  where: Attributes = {},
): number {
  const last = new Map<string, number>()
  let increments = 0
  for (const metric of metrics.filter((one) => one.name === name)) {
    for (const point of metric.points) {
      if (Object.entries(where).some(([key, value]) => point.attributes[key] !== value)) continue
      if (metric.temporality === 'delta') increments += point[field]!
      else last.set(JSON.stringify(Object.entries(point.attributes).sort()), point[field]!)
    }
  }
  return increments + [...last.values()].reduce((sum, value) => sum + value, 0)
}

const OWN = { 'service.name': 'shop-api' }
const TOKENS = 'gen_ai.client.inference.usage.'

describe.each(taking('traces'))('traces: %s', (name) => {
  test('takes each span, once', () => {
    const { spans, refused } = receiver.inbox(name)
    expect(spans).toHaveLength(sent.spans.size)
    expect(new Set(spans.map(({ spanId }) => spanId))).toEqual(sent.spans)
    expect(refused.filter(({ why }) => !why.startsWith('told to'))).toEqual([])
  })

  test('has the tokens and the cost of the call', () => {
    expect(callOf(name)).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.usage.input_tokens': CALL.input,
      'gen_ai.usage.output_tokens': CALL.output,
      'gen_ai.usage.cost.amount': expect.closeTo(CALL.cost, 12) as number,
    })
  })

  test('has content where it was asked for, and nowhere else; and no secret in it', () => {
    const text = JSON.stringify(receiver.inbox(name).spans)
    expect(text.includes(CANARY)).toBe(name === 'langfuse')
    expect(secrets.filter((secret) => text.includes(coreOf(secret)))).toEqual([])
  })
})

describe.each(taking('metrics'))('metrics: %s', (name) => {
  test('come to what was made', async () => {
    const { metrics } = receiver.inbox(name)
    await eventually(() => {
      expect(totalOf(metrics, `${TOKENS}input_tokens`, 'value')).toBe(sent.input)
      expect(totalOf(metrics, `${TOKENS}output_tokens`, 'value')).toBe(sent.output)
      expect(totalOf(metrics, 'gen_ai.client.inference.duration', 'count')).toBe(sent.calls)
      return Promise.resolve()
    }, 60_000)
    expect(totalOf(metrics, `${TOKENS}cost`, 'value', OWN)).toBeCloseTo(CALL.cost, 12)
    expect(totalOf(metrics, `${TOKENS}cache_read.input_tokens`, 'value', OWN)).toBe(CALL.read)
    expect(totalOf(metrics, 'gen_ai.invoke_agent.duration', 'count', OWN)).toBe(1)
    expect(receiver.inbox(name).refused.filter(({ why }) => !why.startsWith('told to'))).toEqual([])
  }, 90_000)

  test('have those of the older conventions beside them', () => {
    const { metrics } = receiver.inbox(name)
    expect(totalOf(metrics, 'gen_ai.client.operation.duration', 'count')).toBe(sent.calls)
    const usage = (type: string) =>
      totalOf(metrics, 'gen_ai.client.token.usage', 'sum', { ...OWN, 'gen_ai.token.type': type })
    expect(usage('input')).toBe(CALL.input)
    expect(usage('output')).toBe(CALL.output)
  })
})

test.each(taking('logs'))('logs: %s', async (name) => {
  await eventually(() => {
    expect(receiver.inbox(name).logs.map(({ body }) => body)).toEqual(['order 7 shipped'])
    return Promise.resolve()
  })
})

test('an application’s counter that began before this Collector: of increments the first value is none', async () => {
  // All have what was sent before it, so that each has seen its 40.
  await applicationMetric(47, 3)
  const increments = (name: string) =>
    receiver.inbox(name).metrics.some(({ kind, temporality }) => kind === 'sum' && temporality === 'delta')
  await eventually(() => {
    for (const name of taking('metrics'))
      expect({ name, orders: totalOf(receiver.inbox(name).metrics, 'shop.orders', 'value') }).toEqual({
        name,
        orders: increments(name) ? 7 : 47,
      })
    return Promise.resolve()
  })
  expect(taking('metrics').filter(increments).sort()).toEqual([
    'datadog',
    'datadog_agent',
    'dynatrace',
    'new_relic',
    'uptrace',
  ])
}, 90_000)

describe('what the services’ views read', () => {
  test('Datadog: tags of metrics', () => {
    const tags = receiver
      .inbox('datadog')
      .metrics.find(({ name }) => name === `${TOKENS}input_tokens`)!
      .points.find(({ attributes }) => attributes['service'] === 'shop-api')!.attributes
    expect(tags).toMatchObject({ service: 'shop-api', env: 'test', 'collector.instance.id': 'collector-0' })
  })

  test('New Relic: nothing is longer than it takes, and no character is cut in two', () => {
    const note = receiver.inbox('new_relic').spans.find(({ name }) => name === 'SELECT orders')!.attributes[
      'app.note'
    ]
    expect(note).toMatch(/^ä+$/)
    expect(
      receiver.inbox('honeycomb').spans.find(({ name }) => name === 'SELECT orders')!.attributes['app.note'],
    ).toBe(LONG)
  })

  test('Langfuse: a generation, its usage in parts, its cost, user and session', () => {
    const attributes = callOf('langfuse')
    expect(attributes).toMatchObject({
      'langfuse.observation.type': 'generation',
      'langfuse.user.id': 'u4711',
      'langfuse.session.id': 'conversation-1',
    })
    expect(JSON.parse(attributes['langfuse.observation.usage_details'] as string)).toEqual({
      input: CALL.input - CALL.read - CALL.written,
      cache_read_input_tokens: CALL.read,
      cache_creation_input_tokens: CALL.written,
      output: CALL.output,
    })
    const cost = JSON.parse(attributes['langfuse.observation.cost_details'] as string) as { total: number }
    expect(cost.total).toBeCloseTo(CALL.cost, 11)
    expect(spanOf('langfuse', root).attributes).toMatchObject({ 'langfuse.user.id': 'u4711' })
  })

  test.each(['phoenix', 'arize'])('%s: OpenInference’s names', (name) => {
    expect(callOf(name)).toMatchObject({
      'openinference.span.kind': 'LLM',
      'llm.provider': 'anthropic',
      'llm.model_name': 'claude-haiku-4-5-20251001',
      'llm.token_count.prompt': CALL.input,
      'llm.token_count.completion': CALL.output,
      'llm.token_count.total': CALL.input + CALL.output,
      'llm.token_count.prompt_details.cache_read': CALL.read,
      'llm.token_count.prompt_details.cache_write': CALL.written,
      'llm.cost.total': expect.closeTo(CALL.cost, 12) as number,
      'session.id': 'conversation-1',
      'user.id': 'u4711',
    })
    expect(spanOf(name, root).attributes['openinference.span.kind']).toBe('AGENT')
    expect(spanOf(name, toolId).attributes).toMatchObject({
      'openinference.span.kind': 'TOOL',
      'tool.name': 'search',
    })
    const project = spanOf(name, callId).resource['openinference.project.name']
    expect(project).toBe(name === 'phoenix' ? 'shop' : 'genai')
  })

  test('LangSmith: the older name of the provider, kinds of runs, threads', () => {
    expect(callOf('langsmith')).toMatchObject({
      'gen_ai.system': 'anthropic',
      'langsmith.span.kind': 'llm',
      'gen_ai.usage.total_tokens': CALL.input + CALL.output,
      'langsmith.metadata.thread_id': 'conversation-1',
      'langsmith.metadata.user_id': 'u4711',
    })
    expect(spanOf('langsmith', toolId).attributes['langsmith.span.kind']).toBe('tool')
  })

  test('Weave: team, project, and the older name of the provider', () => {
    const span: Span = spanOf('weave', callId)
    expect(span.resource).toMatchObject({ 'wandb.entity': 'team', 'wandb.project': 'shop' })
    expect(span.attributes['gen_ai.system']).toBe('anthropic')
  })

  test('these names are in no other service’s spans', () => {
    for (const name of ['datadog', 'honeycomb', 'mlflow']) {
      const keys = Object.keys(callOf(name)).filter((key) =>
        /^(langfuse|openinference|llm|langsmith)\.|^gen_ai\.system$/.test(key),
      )
      expect(keys).toEqual([])
    }
  })
})

test('remote write: the names of Prometheus, and the same totals', async () => {
  const total = (name: string) => {
    const last = new Map<string, number>()
    for (const { labels, samples } of receiver
      .inbox('remote_write')
      .series.filter(({ labels }) => labels['__name__'] === name))
      last.set(JSON.stringify(labels), samples.at(-1)!.value)
    return [...last.values()].reduce((sum, value) => sum + value, 0)
  }
  await eventually(() => {
    expect(total('gen_ai_client_inference_usage_input_tokens_total')).toBe(sent.input)
    return Promise.resolve()
  })
  const histograms = receiver.inbox('remote_write').series.filter(({ histograms }) => histograms > 0)
  expect(histograms.map(({ labels }) => labels['__name__'])).toContain(
    'gen_ai_client_inference_duration_seconds',
  )
  expect(receiver.inbox('remote_write').refused).toEqual([])
}, 90_000)

test('scraping: the names of Prometheus, and the same totals', async () => {
  const response = await fetch(`${port(9465)}/metrics`, {
    headers: { accept: 'application/openmetrics-text' },
  })
  const lines = (await response.text()).split('\n')
  const total = lines
    .filter((line) => line.startsWith('gen_ai_client_inference_usage_input_tokens_total{'))
    .reduce((sum, line) => sum + Number(line.split('} ')[1]!.split(' ')[0]), 0)
  expect(total).toBe(sent.input)
})

describe('a service that refuses', () => {
  test('what was refused for a while was sent again, and how it was told to', () => {
    expect(receiver.inbox('honeycomb').refused.map(({ status }) => status)).toEqual([429, 429])
    expect(receiver.inbox('signoz').refused.map(({ status }) => status)).toEqual([503])
  })

  test('a key that is wrong is in the log and in a metric, and no other service misses anything', async () => {
    receiver.revoke('braintrust')
    receiver.break('weave', { kind: 'partly', rejected: 1, message: 'span is too old' }, 1)
    const spanId = newSpanId()
    await sendSpans(port(4318), {
      service: 'shop-api',
      spans: [{ spanId, name: 'after', attributes: { 'app.note': 'x' } }],
    })
    await eventually(() => {
      for (const name of taking('traces').filter((name) => name !== 'braintrust'))
        expect([...idsOf(name)]).toContain(spanId)
      return Promise.resolve()
    })
    const log = await eventually(async () => {
      const text = await docker('logs', collector.getId())
      expect(text).toMatch(/this key was revoked|HTTP Status Code 401/)
      return text
    })
    const line = log
      .split('\n')
      .find((text) => text.includes('otlp_http/braintrust') && text.includes('401'))!
    expect(JSON.parse(line)).toMatchObject({ level: 'error' })
    // Nothing of the key.
    expect(log).not.toContain('bt-secret')
    expect(log).toContain('span is too old')
    const metrics = await (await fetch(`${port(8888)}/metrics`)).text()
    const failed = metrics
      .split('\n')
      .filter((text) => /^otelcol_exporter_send_failed_\w+_total\{/.test(text) && !text.endsWith(' 0'))
    expect(failed).toEqual([expect.stringMatching(/_spans_total\{.*exporter="otlp_http\/braintrust".*\} 1$/)])
    expect(idsOf('braintrust').has(spanId)).toBe(false)
  }, 90_000)
})
