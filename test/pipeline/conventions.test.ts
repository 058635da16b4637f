/**
 * The metrics that leave the Collector are those of the conventions, in name, unit, instrument and attributes, but for the
 * differences below, each of which docs/conventions.md explains.
 */
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StartedTestContainer } from 'testcontainers'
import { parse } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { configFlags } from '../../scripts/collector/config.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call } from '../lib/calls.ts'
import { collectorContainer, QUEUE } from '../lib/containers.ts'
import { root } from '../lib/docker.ts'
import { Double, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'

interface Metric {
  instrument: string
  unit: string
  attributes: Record<string, string>
}
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')
const conventions = (
  parse(read('test', 'pipeline', 'conventions.yaml'), { merge: true }) as { metrics: Record<string, Metric> }
).metrics

/** Metrics of the conventions that there are none of here. */
const ABSENT = [
  // Counted as gen_ai.client.inference.*, told apart by gen_ai.operation.name.
  'gen_ai.client.embeddings.duration',
  'gen_ai.client.embeddings.operation.input_tokens',
  // Spans do not tell when each chunk came, nor how many calls an agent made, and a session of MCP has no span.
  'gen_ai.client.inference.time_per_output_chunk',
  'gen_ai.invoke_agent.inference_calls',
  'gen_ai.invoke_agent.tool_calls',
  'mcp.client.session.duration',
  'mcp.server.session.duration',
  // Of create_agent and memory, which are not counted.
  'gen_ai.client.operation.duration',
]

/** Attributes of the conventions that are no labels here, whatever spans say. */
const NO_LABEL: Record<string, readonly string[]> = {
  gen_ai: ['server.address', 'server.port', 'gen_ai.tool.type'],
  mcp: [
    'gen_ai.operation.name',
    'jsonrpc.protocol.version',
    'mcp.protocol.version',
    'network.protocol.name',
    'network.protocol.version',
    'network.transport',
    'server.port',
  ],
}

/** Labels that the conventions do not have, on any metric. */
const OUR_LABELS = [
  'app.endpoint',
  'app.feature',
  'collector.instance.id',
  // The conventions have these on the resource.
  'deployment.environment.name',
  'service.name',
  'service.namespace',
]
const OUR_LABELS_OF: Record<string, readonly string[]> = {
  'gen_ai.client.inference.time_to_first_chunk': ['error.type'],
  'gen_ai.client.inference.usage': ['error.type'],
  'gen_ai.invoke_agent.duration': ['gen_ai.provider.name'],
}

/** Metrics that the conventions do not have, with instrument and unit. */
const OURS: Record<string, [string, string]> = {
  'gen_ai.client.inference.attempts': ['counter', '{attempt}'],
  'gen_ai.client.inference.attempts.time': ['counter', 's'],
  'gen_ai.client.inference.finishes': ['counter', '{call}'],
  'gen_ai.client.inference.flagged': ['counter', '{call}'],
  'gen_ai.client.inference.output_speed': ['histogram', '{token}/s'],
  'gen_ai.client.inference.resends': ['counter', '{attempt}'],
  'gen_ai.client.inference.unpriced': ['counter', '{call}'],
  'gen_ai.client.inference.unrecognized': ['counter', '{span}'],
  'gen_ai.client.inference.usage.cache_write.1h.input_tokens': ['counter', '{token}'],
  'gen_ai.client.inference.usage.cost': ['counter', '{USD}'],
  'gen_ai.client.inference.usage.cost.list': ['counter', '{USD}'],
  // Of the conventions for HTTP.
  'http.server.request.duration': ['histogram', 's'],
}

const error = { status: 'error' as const }
const server = { 'server.address': 'api.example.com', 'server.port': 443 }
const mcp = {
  'mcp.method.name': 'tools/call',
  'gen_ai.tool.name': 'search',
  'gen_ai.prompt.name': 'p',
  'gen_ai.operation.name': 'execute_tool',
  'rpc.response.status_code': '-32603',
  'error.type': '-32603',
  'jsonrpc.protocol.version': '1.0',
  'mcp.protocol.version': '2025-06-18',
  'network.protocol.name': 'http',
  'network.protocol.version': '2',
  'network.transport': 'tcp',
  ...server,
}
const everything = {
  ...server,
  'gen_ai.response.time_to_first_chunk': new Double(0.2),
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  'gen_ai.usage.cache_read.input_tokens': 40,
  'gen_ai.usage.cache_write.input_tokens': 30,
  'genai.usage.cache_write.1h.input_tokens': 10,
  'gen_ai.usage.reasoning.output_tokens': 5,
  'gen_ai.usage.audio.input_tokens': 50,
  'gen_ai.usage.image.output_tokens': 20,
  'gen_ai.response.finish_reasons': ['stop'],
  'http.request.resend_count': 1,
  'app.feature': 'chat',
  'app.endpoint': 'POST /chat',
}
/** All that spans can tell. */
const spans: SpanInput[] = [
  call(everything),
  call({ ...everything, 'error.type': '429' }, error),
  call({ 'gen_ai.usage.cost.amount': new Double(0.004), 'gen_ai.usage.cost.source': 'provider' }),
  call({ 'gen_ai.request.model': 'm', 'gen_ai.response.model': 'm' }),
  call({ 'gen_ai.usage.input_tokens': 'many' }),
  call({ ...server, 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.output_tokens': undefined }),
  ...['invoke_agent', 'invoke_workflow'].map((operation) => ({
    kind: 'internal' as const,
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.agent.name': 'a',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'error.type': 'timeout',
    },
    ...error,
  })),
  {
    kind: 'internal',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
      'gen_ai.tool.type': 'function',
      'gen_ai.agent.name': 'a',
      'error.type': 'timeout',
    },
    ...error,
  },
  { kind: 'client', attributes: mcp, ...error },
  { kind: 'server', attributes: mcp, ...error },
  { attributes: { ...server, 'gen_ai.operation.name': 'retrieval', 'gen_ai.data_source.id': 'd' } },
  { kind: 'server', attributes: { 'app.endpoint': 'POST /chat' } },
  {
    attributes: {
      'genai.attempt.operation': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'genai.http.dns.duration': 0.25,
      'http.response.status_code': 200,
    },
  },
  { name: 'ask', attributes: { 'llm.model': 'm', prompt_tokens: 3, completion_tokens: 4 } },
]

interface Point {
  attributes?: { key: string; value: { stringValue?: string } }[]
}
type Exported = { name: string; unit?: string } & Record<
  'sum' | 'histogram' | 'exponentialHistogram',
  { dataPoints: Point[]; isMonotonic?: boolean } | undefined
>

/** What an OTLP backend gets, of all that has been sent until now: each metric once, with the labels of all its points. */
async function exported(file: string) {
  const metrics = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { resourceMetrics?: unknown[] }).resourceMetrics ?? [])
    .flatMap((resource) => (resource as { scopeMetrics: { metrics: Exported[] }[] }).scopeMetrics)
    .flatMap((scope) => scope.metrics)
  const found = new Map<string, { instruments: Set<string>; labels: Map<string, Set<string>> }>()
  const none = () => ({ instruments: new Set<string>(), labels: new Map<string, Set<string>>() })
  for (const metric of metrics) {
    const { instruments, labels } = found.get(metric.name) ?? none()
    found.set(metric.name, { instruments, labels })
    const data = metric.sum ?? metric.histogram ?? metric.exponentialHistogram
    const instrument = metric.sum ? (metric.sum.isMonotonic ? 'counter' : 'updowncounter') : 'histogram'
    instruments.add(`${instrument} ${metric.unit ?? ''}`)
    for (const { key, value } of data!.dataPoints.flatMap(({ attributes }) => attributes ?? []))
      labels.set(key, (labels.get(key) ?? new Set()).add(value.stringValue ?? JSON.stringify(value)))
  }
  return found
}

describe.each(['native', 'classic'])('%s histograms', (histograms) => {
  let collector: StartedTestContainer
  let folder: string
  let metrics: Awaited<ReturnType<typeof exported>>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'collector-queue-'))
    // The image's user is not ours.
    await chmod(folder, 0o777)
    const toFile = `
exporters: { file: { path: ${QUEUE}/metrics.jsonl, flush_interval: 200ms } }
service: { pipelines: { metrics/file: { receivers: [forward/send_metrics], exporters: [file] } } }
`
    collector = await collectorContainer(await resolveImages())
      .withCopyContentToContainer([{ content: toFile, target: '/etc/otelcol-contrib/to-file.yaml' }])
      .withBindMounts([{ source: folder, target: QUEUE }])
      .withEnvironment({ GENAI_ONCE_WAIT: '1s', GENAI_HISTOGRAMS: histograms })
      .withExposedPorts(4318, 13133)
      .withCommand(configFlags('to-file.yaml'))
      .start()
    await sendSpans(`http://${collector.getHost()}:${collector.getMappedPort(4318)}`, {
      service: 'all',
      resource: { 'service.namespace': 'team', 'deployment.environment.name': 'test' },
      spans,
    })
    const expected = [
      ...Object.keys(conventions).filter((name) => !ABSENT.includes(name)),
      ...Object.keys(OURS),
    ].sort()
    metrics = await eventually(async () => {
      const found = await exported(join(folder, 'metrics.jsonl'))
      expect([...found.keys()].sort()).toEqual(expected)
      return found
    })
  }, 120_000)
  afterAll(async () => {
    await collector.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('instruments and units', () => {
    const expected = Object.entries(conventions)
      .filter(([name]) => !ABSENT.includes(name))
      .map(([name, { instrument, unit }]) => [name, `${instrument} ${unit}`])
    for (const [name, own] of Object.entries(OURS)) expected.push([name, own.join(' ')])
    const found = [...metrics].map(([name, { instruments }]) => [name, [...instruments].join(' or ')])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test.each(Object.keys(conventions).filter((name) => !ABSENT.includes(name)))('attributes of %s', (name) => {
    const ours = Object.entries(OUR_LABELS_OF).flatMap(([prefix, labels]) =>
      name.startsWith(prefix) ? labels : [],
    )
    const expected = [
      ...Object.keys(conventions[name]!.attributes).filter(
        (key) => !NO_LABEL[name.split('.')[0]!]!.includes(key),
      ),
      ...ours,
    ]
    const found = [...metrics.get(name)!.labels.keys()]
    expect(found.filter((key) => !OUR_LABELS.includes(key)).sort()).toEqual(expected.sort())
  })

  test('the modality of tokens is unknown, whatever spans tell of it', () => {
    for (const [name, { labels }] of metrics)
      if (/[.]usage[.].*_tokens$/.test(name))
        expect([...labels.get('gen_ai.token.modality')!]).toEqual(['unknown'])
  })
})

test('docs/conventions.md has a row for each, which says what is different', () => {
  const rows = read('docs', 'conventions.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const row = (name: string) => rows.filter(([, first]) => first === `\`${name}\``)
  for (const [name, { instrument, unit, attributes }] of Object.entries(conventions)) {
    expect(row(name)).toHaveLength(1)
    const [, , kind, required, ours, difference] = row(name)[0]!
    expect(kind).toBe(`${instrument}, \`${unit}\``)
    const keys = Object.keys(attributes).filter((key) => attributes[key] === 'required')
    expect(required!.match(/`[^`]+`/g) ?? []).toEqual(keys.map((key) => `\`${key}\``))
    expect(ours === 'no').toBe(ABSENT.includes(name))
    if (ABSENT.includes(name)) expect(difference).not.toBe('')
  }
  for (const [name, own] of Object.entries(OURS)) {
    expect(row(name)).toHaveLength(1)
    expect(row(name)[0]![2]).toBe(`${own[0]}, \`${own[1]}\``)
  }
  for (const label of [...Object.values(NO_LABEL).flat(), ...OUR_LABELS])
    expect(read('docs', 'conventions.md')).toContain(`\`${label}\``)
})
