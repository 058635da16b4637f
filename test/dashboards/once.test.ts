/** Tables of traces count each call once, however many layers report it: the queries of the dashboards, asked of Tempo. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { GenericContainer, Wait } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { parse, stringify } from 'yaml'
import { dashboards } from '../../grafana/src/index.ts'
import { traceTargets, withEverythingSelected } from '../../grafana/src/targets.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { describeTempo } from '../lib/describe-tempo.ts'
import { root } from '../lib/docker.ts'
import { type Attributes, newSpanId, newTraceId, sendSpans, type SpanInput } from '../lib/otlp.ts'

/** A span as the Collector stores it, and those below it. */
interface Node extends Omit<SpanInput, 'attributes'> {
  attributes?: Attributes
  below?: Node[]
}

const server = (...below: Node[]): Node => ({ kind: 'server', below })
const plain = (...below: Node[]): Node => ({ kind: 'internal', below })
const agent = (...below: Node[]): Node => ({ attributes: { 'genai.role': 'agent' }, below })
const call = (layer: string, attributes: Attributes, ...below: Node[]): Node => ({
  attributes: {
    'genai.role': 'inference',
    'genai.layer': layer,
    'genai.dialect': layer,
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-5',
    'gen_ai.conversation.id': 'conversation',
    ...attributes,
  },
  below,
})
const usage = (cost: number): Attributes => ({
  'gen_ai.usage.input_tokens': 1000 * cost,
  'gen_ai.usage.output_tokens': 10,
  'gen_ai.usage.cost.amount': cost + 0.5,
})
const told = (layer: string, cost: number, ...below: Node[]) => call(layer, usage(cost), ...below)
const failure = (layer: string, ...below: Node[]): Node => ({
  ...call(layer, { 'error.type': 'overloaded_error' }, ...below),
  status: 'error',
})

/** What each trace holds, and what counts of it: cost of each call, the Collector's halves added. */
const priced: Record<string, { trace: Node; costs: number[] }> = {
  'an SDK alone': { trace: server(told('sdk', 1)), costs: [1.5] },
  'a wrapper alone': { trace: server(told('wrapper', 1)), costs: [1.5] },
  'a wrapper as the root': { trace: told('wrapper', 2, told('sdk', 1)), costs: [1.5] },
  'a wrapper above an SDK': { trace: server(told('wrapper', 2, told('sdk', 1))), costs: [1.5] },
  'a plain span between': { trace: server(told('wrapper', 2, plain(plain(told('sdk', 1))))), costs: [1.5] },
  'a wrapper around several calls, with their sums': {
    trace: server(told('wrapper', 6, told('sdk', 1), plain(told('sdk', 2)), told('sdk', 3))),
    costs: [1.5, 2.5, 3.5],
  },
  'three layers': {
    trace: server(told('framework', 3, plain(told('instrumentation', 2, plain(told('gateway', 1)))))),
    costs: [1.5],
  },
  'a stream whose usage only the outer span tells': {
    trace: server(told('wrapper', 2, call('sdk', {}))),
    costs: [2.5],
  },
  'a wrapper whose price is its own, and a model without one': {
    trace: server(told('wrapper', 2, call('sdk', { ...usage(1), 'gen_ai.usage.cost.amount': undefined }))),
    costs: [],
  },
  'a wrapper that tries again': {
    trace: server(told('wrapper', 2, failure('sdk'), told('sdk', 1))),
    costs: [1.5],
  },
  'one provider wrapped, another not': {
    trace: server(
      told('wrapper', 2, told('sdk', 1)),
      call('wrapper', { ...usage(4), 'gen_ai.provider.name': 'openai' }),
    ),
    costs: [1.5, 4.5],
  },
  'an agent': {
    trace: server(agent(told('wrapper', 2, told('sdk', 1)), told('sdk', 3))),
    costs: [1.5, 3.5],
  },
  // Not told apart, as the panels say.
  siblings: { trace: server(told('framework', 2), told('sdk', 1)), costs: [1.5, 2.5] },
}
const failed: Record<string, { trace: Node; count: number }> = {
  'a failed call': { trace: server(failure('sdk')), count: 1 },
  'a failed call in a wrapper': { trace: server(failure('wrapper', plain(failure('sdk')))), count: 1 },
  'a wrapper that fails itself': { trace: server(failure('wrapper', told('sdk', 1))), count: 0 },
}

const traceIds = new Map<string, string>()

function spansOf(
  { below = [], ...span }: Node,
  name: string,
  traceId: string,
  parentSpanId?: string,
): SpanInput[] {
  const spanId = newSpanId()
  const attributes = { ...span.attributes, 'app.feature': name }
  return [
    { ...span, name, traceId, spanId, attributes, ...(parentSpanId ? { parentSpanId } : {}) },
    ...below.flatMap((child) => spansOf(child, name, traceId, spanId)),
  ]
}

describeTempo('Tempo', () => {
  let tempo: StartedTestContainer
  let url: string

  beforeAll(async () => {
    const config = parse(await readFile(join(root, 'tempo', 'tempo.yaml'), 'utf8')) as {
      distributor: { receivers: { otlp: { protocols: object } } }
    }
    // To send to it without a Collector.
    config.distributor.receivers.otlp.protocols = { http: { endpoint: '0.0.0.0:4318' } }
    tempo = await new GenericContainer(process.env['TEMPO_IMAGE']!)
      .withCopyContentToContainer([{ content: stringify(config), target: '/etc/tempo.yaml' }])
      .withCommand(['-config.file=/etc/tempo.yaml'])
      .withExposedPorts(3200, 4318)
      .withWaitStrategy(Wait.forHttp('/ready', 3200))
      .start()
    url = `http://${tempo.getHost()}:${tempo.getMappedPort(3200)}`
    for (const [name, { trace }] of Object.entries({ ...priced, ...failed })) {
      const traceId = newTraceId()
      traceIds.set(name, traceId)
      await sendSpans(`http://${tempo.getHost()}:${tempo.getMappedPort(4318)}`, {
        resource: { 'deployment.environment.name': 'test' },
        spans: spansOf(trace, name, traceId),
      })
    }
    // Tempo's search finds what is half a minute old.
    await eventually(async () => {
      const found = await search('{ }')
      expect(found.size).toBe(traceIds.size)
    }, 80_000)
  }, 150_000)
  afterAll(() => tempo?.stop(), 30_000)

  /** The spans that a query finds, by the id of their trace. */
  async function search(query: string): Promise<Map<string, Record<string, string>[]>> {
    const end = Math.ceil(Date.now() / 1000)
    const parameters = { q: query, limit: '500', spss: '100', start: String(end - 600), end: String(end) }
    const response = await fetch(`${url}/api/search?${new URLSearchParams(parameters).toString()}`)
    if (!response.ok) throw new Error(`${await response.text()}: ${query}`)
    const { traces = [] } = (await response.json()) as {
      traces?: {
        traceID: string
        spanSets: { spans: { attributes?: { key: string; value: Record<string, string> }[] }[] }[]
      }[]
    }
    return new Map(
      traces.map(({ traceID, spanSets }) => [
        traceID.padStart(32, '0'),
        spanSets.flatMap(({ spans }) =>
          spans.map(({ attributes = [] }) =>
            Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])])),
          ),
        ),
      ]),
    )
  }

  const ask = (board: Dashboard, title: string, selected: Record<string, string> = {}) => {
    const target = traceTargets(board).find(({ where }) => where === title)
    if (!target) throw new Error(`${board.title} has no table of traces "${title}"`)
    const query = Object.entries(selected).reduce(
      (text, [name, value]) => text.replaceAll(`\${${name}:pipe}`, value),
      target.query,
    )
    return search(withEverythingSelected(query, 600))
  }
  const costsOf = (spans: Record<string, string>[] = []) =>
    spans.map((span) => Number(span['gen_ai.usage.cost.amount'])).sort()

  test.each(['The most expensive of 500 traces', 'The most expensive conversations, of 500 traces'])(
    '%s: the cost of each call once',
    async (title) => {
      const found = await ask(dashboards['cost.json']!, title)
      const costs = Object.keys(priced).map((name) => [name, costsOf(found.get(traceIds.get(name)!))])
      expect(Object.fromEntries(costs)).toEqual(
        Object.fromEntries(Object.entries(priced).map(([name, { costs }]) => [name, costs])),
      )
    },
  )

  test('what is selected by the outer span’s words alone is not counted instead of the inner one', async () => {
    const title = 'The most expensive of 500 traces'
    const found = await ask(dashboards['cost.json']!, title, { provider: 'openai' })
    expect([...found.values()].map(costsOf)).toEqual([[4.5]])
  })

  test('failed calls: each once, and none that only the wrapper calls failed', async () => {
    const found = await ask(dashboards['errors.json']!, 'Failed calls')
    const counts = Object.keys(failed).map((name) => [name, found.get(traceIds.get(name)!)?.length ?? 0])
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(Object.entries(failed).map(([name, { count }]) => [name, count])),
    )
    // The attempt of the SDK below a wrapper that tried again.
    expect(found.get(traceIds.get('a wrapper that tries again')!)).toHaveLength(1)
  })

  test('calls of agents: those below an agent, each once', async () => {
    const found = await ask(dashboards['agents.json']!, 'What did the worst runs do?')
    expect([...found.keys()]).toEqual([traceIds.get('an agent')])
    expect(costsOf([...found.values()][0])).toEqual([1.5, 3.5])
  })
})
