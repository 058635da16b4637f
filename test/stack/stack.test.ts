/** docker-compose.yml, as users start it: a call of every kind, read back from Tempo (or Jaeger) and Prometheus. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { dashboards } from '../../grafana/src/index.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import type { StoredSpan } from '../../scripts/lib/stored-span.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { problemsOf as hardeningProblemsOf } from '../access/hardening.ts'
import { look } from '../dashboards/browser.ts'
import { problemsOf, total, traceProblemsOf } from '../dashboards/queries.ts'
import { rareCalls } from '../dashboards/traffic.ts'
import { describeInBrowser, launchBrowser } from '../lib/browser.ts'
import { describeTempo, testTempo } from '../lib/describe-tempo.ts'
import { expectLedgerTotals, ledgerTotals } from '../lib/ledger.ts'
import type { Totals } from '../lib/ledger.ts'
import { Stack } from '../lib/stack.ts'
import type { Service } from '../lib/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await Stack.start()
}, 300_000)
afterAll(() => stack.stop(), 60_000)

/** The trace, once it has a span for which `complete` holds (a root ends after its children). */
const trace = (id: string, complete: (spans: StoredSpan[]) => boolean) =>
  eventually(async () => {
    const spans = await stack.traces.spans(id)
    if (!complete(spans)) throw new Error(`trace ${id} has only ${spans.map(({ name }) => name).join(', ')}`)
    return spans
  })
const withRole = (spans: StoredSpan[], role: string) =>
  spans.filter((span) => span.attributes['genai.role'] === role)
const ended = (service: string) => (spans: StoredSpan[]) =>
  spans.some((span) => span.service === service && span.kind === 'server')

const ask = { message: 'Where is my parcel?', user_id: 'user-1', conversation_id: 'conversation-1' }

test('a call: service, model call, HTTP attempt, with the context of the application on each', async () => {
  const { trace_id } = await stack.post<{ trace_id: string }>('chat-api', '/chat', ask)
  const spans = await trace(trace_id, ended('chat-api'))
  const [call] = withRole(spans, 'inference')
  const [attempt] = withRole(spans, 'attempt')
  expect(call!.attributes).toMatchObject({
    'genai.dialect': 'anthropic-sdk',
    'gen_ai.usage.cost.amount': expect.any(Number) as number,
    'app.feature': 'chat',
    'app.endpoint': expect.stringContaining('/chat') as string,
    'app.user_id': 'user-1',
    'gen_ai.conversation.id': 'conversation-1',
  })
  expect(attempt!.parentSpanId).toBe(call!.spanId)
  expect(attempt!.attributes).toMatchObject({ 'http.response.status_code': 200, 'app.user_id': 'user-1' })
  expect(attempt!.attributes['genai.http.first_byte.duration']).toBeGreaterThan(0)
})

test('a stream shows time to first chunk', async () => {
  const response = await stack.postRaw('chat-api', '/chat/stream', ask)
  const text = await response.text()
  expect(text).toContain('event: done')
  const spans = await trace(response.headers.get('x-trace-id')!, ended('chat-api'))
  const [call] = withRole(spans, 'inference')
  const firstChunk = call!.attributes['gen_ai.response.time_to_first_chunk'] as number
  expect(firstChunk).toBeGreaterThan(0)
  expect(firstChunk).toBeLessThan(call!.durationMs / 1000)
  await eventually(async () => {
    const [streams] = await query(
      stack.url('prometheus'),
      'sum(gen_ai_client_inference_time_to_first_chunk_seconds{service_name="chat-api"})',
    )
    expect(streams?.value).toBeGreaterThan(0)
  })
})

test('a tool loop is one trace over three services, with the tool’s span in it', async () => {
  const { trace_id, tools } = await stack.post<{ trace_id: string; tools: string[] }>(
    'support-agent',
    '/support',
    {
      question: 'Where is my order 1001? Please look it up.',
      order_id: '1001',
      user_id: 'user-2',
    },
  )
  expect(tools).toContain('look_up_order')
  const spans = await trace(trace_id, ended('support-agent'))
  expect(withRole(spans, 'inference').length).toBeGreaterThanOrEqual(2)
  const [agent] = withRole(spans, 'agent')
  const [tool] = withRole(spans, 'tool')
  expect(agent!.attributes).not.toHaveProperty(['gen_ai.usage.cost.amount'])
  expect(tool!.attributes).toMatchObject({ 'gen_ai.tool.name': 'look_up_order' })
  // orders is below the tool, and knows who asked.
  const orders = spans.find((span) => span.service === 'orders' && span.kind === 'server')!
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const ancestors: string[] = []
  for (let span = byId.get(orders.parentSpanId ?? ''); span; span = byId.get(span.parentSpanId ?? '')) {
    ancestors.push(span.spanId)
  }
  expect(ancestors).toEqual(expect.arrayContaining([tool!.spanId, agent!.spanId]))
  expect(orders.attributes).toMatchObject({ 'app.user_id': 'user-2' })
})

test('a call that was retried shows each attempt with its status', async () => {
  await stack.post('llm-simulator', '/faults', {
    match: { provider: 'anthropic' },
    times: 2,
    status: 429,
    retry_after: 0.1,
  })
  const { trace_id } = await stack.post<{ trace_id: string }>('chat-api', '/chat', ask)
  const spans = await trace(trace_id, ended('chat-api'))
  const statuses = withRole(spans, 'attempt')
    .sort((a, b) => a.startMs - b.startMs)
    .map((span) => span.attributes['http.response.status_code'])
  expect(statuses).toEqual([429, 429, 200])
  await eventually(async () => {
    const [limited] = await query(
      stack.url('prometheus'),
      'sum(gen_ai_client_inference_attempts_total{service_name="chat-api", http_response_status_code="429"})',
    )
    expect(limited?.value).toBe(2)
  })
})

test('a failed call is an error, with the API’s own type', async () => {
  await stack.post('llm-simulator', '/faults', { match: { provider: 'anthropic' }, times: 10, status: 529 })
  const response = await stack.postRaw('chat-api', '/chat', ask)
  expect(response.status).toBe(503)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  await fetch(`${stack.url('llm-simulator')}/faults`, { method: 'DELETE' })
  const spans = await trace(response.headers.get('x-trace-id')!, ended('chat-api'))
  const [call] = withRole(spans, 'inference')
  expect(call!.status).toBe('error')
  expect(call!.attributes['error.type']).toBe('overloaded_error')
})

test('a rate limit reaches the caller as one', async () => {
  await stack.post('llm-simulator', '/faults', {
    match: { provider: 'anthropic' },
    times: 10,
    status: 429,
    retry_after: 1,
  })
  const response = await stack.postRaw('chat-api', '/chat', ask)
  await fetch(`${stack.url('llm-simulator')}/faults`, { method: 'DELETE' })
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a client that goes away mid-stream leaves an ended span', async () => {
  const abort = new AbortController()
  const response = await stack.postRaw(
    'chat-api',
    '/chat/stream',
    { ...ask, message: 'Tell me a very long story.', max_tokens: 4000 },
    { signal: abort.signal },
  )
  const traceId = response.headers.get('x-trace-id')!
  await response.body!.getReader().read()
  abort.abort()
  const spans = await trace(traceId, (found) => withRole(found, 'inference').length > 0)
  expect(withRole(spans, 'inference')[0]!.durationMs).toBeGreaterThan(0)
})

test('caching, the other provider, embeddings', async () => {
  for (const cache of ['5m', '1h', '5m', 'none']) {
    await stack.post('summarizer', '/summarize', { document_id: 'log-01', provider: 'anthropic', cache })
  }
  await stack.post('summarizer', '/summarize', { document_id: 'log-01', provider: 'openai' })
  await stack.post('summarizer', '/summarize', { document_id: 'log-01', provider: 'openai' })
  await stack.post('summarizer', '/embed', { texts: ['one', 'two'] })
  await eventually(async () => {
    const models = await query(
      stack.url('prometheus'),
      'sum by (gen_ai_operation_name) (gen_ai_client_inference_usage_cost_total{service_name="summarizer"})',
    )
    expect(models.map(({ labels }) => labels['gen_ai_operation_name']).sort()).toEqual(['chat', 'embeddings'])
  })
})

test('each container has only the rights that it needs, and is reached from this machine only', async () => {
  const containers = await stack.containers()
  expect(containers.length).toBeGreaterThanOrEqual(9)
  expect((await Promise.all(containers.map(hardeningProblemsOf))).flat()).toEqual([])
})

test('rules are loaded, and every target is up', async () => {
  const { data } = await stack.get<{ data: { groups: { rules: { name: string; health: string }[] }[] } }>(
    'prometheus',
    '/api/v1/rules',
  )
  const rules = data.groups.flatMap((group) => group.rules)
  expect(rules.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['LLMHighLatency', 'LLMCostSpike', 'LLMHighErrorRate', 'LLMRateLimiting']),
  )
  await eventually(async () => {
    expect(await query(stack.url('prometheus'), 'up == 0')).toEqual([])
    expect((await query(stack.url('prometheus'), 'up')).length).toBeGreaterThanOrEqual(4)
    expect(await query(stack.url('prometheus'), 'otelcol_receiver_accepted_spans_total')).not.toEqual([])
  })
})

test('exemplars lead to traces', async () => {
  const traceId = await eventually(async () => {
    const { data } = await stack.get<{ data: { exemplars: { labels: { trace_id?: string } }[] }[] }>(
      'prometheus',
      `/api/v1/query_exemplars?query=gen_ai_client_inference_duration_seconds&start=${Date.now() / 1000 - 600}&end=${Date.now() / 1000}`,
    )
    const id = data.flatMap(({ exemplars }) => exemplars).find(({ labels }) => labels.trace_id)
      ?.labels.trace_id
    if (!id) throw new Error('no exemplar yet')
    return id
  })
  expect((await stack.traces.spans(traceId)).length).toBeGreaterThan(0)
})

testTempo(
  'quantiles of calls are those of their spans in Tempo, within 5 %',
  async () => {
    for (let i = 0; i < 12; i++) {
      const asked = Array.from({ length: 10 }, () => stack.postRaw('chat-api', '/chat', ask))
      await Promise.all((await Promise.all(asked)).map((response) => response.text()))
    }
    const durations = 'sum(gen_ai_client_inference_duration_seconds{service_name="chat-api"})'
    const stored = await eventually(async () => {
      const seconds = await durationsInTempo(
        '{ resource.service.name = "chat-api" && span.genai.role = "inference" }',
      )
      const [counted] = await query(stack.url('prometheus'), `histogram_count(${durations})`)
      expect(seconds.length).toBeGreaterThanOrEqual(120)
      expect(counted?.value).toBe(seconds.length)
      return seconds.toSorted((one, other) => one - other)
    }, 90_000)
    for (const quantile of [0.5, 0.95, 0.99]) {
      const [{ value } = { value: NaN }] = await query(
        stack.url('prometheus'),
        `histogram_quantile(${quantile}, ${durations})`,
      )
      // Between two calls every value is right.
      const rank = quantile * stored.length
      expect(value).toBeGreaterThan(stored[Math.max(0, Math.floor(rank) - 1)]! * 0.95)
      expect(value).toBeLessThan(stored[Math.min(stored.length - 1, Math.ceil(rank))]! * 1.05)
    }
  },
  180_000,
)

/** How long the spans took that a TraceQL query finds, in seconds. */
async function durationsInTempo(traceql: string): Promise<number[]> {
  const now = Math.ceil(Date.now() / 1000)
  const { traces = [] } = await stack.get<{
    traces?: { spanSets: { spans: { durationNanos: string }[] }[] }[]
  }>(
    'tempo',
    `/api/search?q=${encodeURIComponent(traceql)}&start=${now - 3600}&end=${now}&limit=5000&spss=100`,
  )
  return traces.flatMap(({ spanSets }) =>
    spanSets.flatMap(({ spans }) => spans.map(({ durationNanos }) => Number(durationNanos) / 1e9)),
  )
}

test('for each model the counters equal the ledger, and the cost calcPrice, after restarts under traffic', async () => {
  let running = true
  const traffic = (['chat-api', 'support-agent', 'summarizer'] as const).map(async (service) => {
    while (running) {
      const [path, body] = {
        'chat-api': ['/chat', ask],
        'support-agent': ['/support', { question: 'Look up order 1001', order_id: '1001' }],
        summarizer: ['/summarize', { document_id: 'log-01', provider: 'anthropic', cache: '5m' }],
      }[service] as [string, unknown]
      // A service that is restarting answers nothing; what the simulator answered is in its ledger all the same.
      await stack.postRaw(service, path, body).then(
        (response) => response.text(),
        () => undefined,
      )
      await sleep(50)
    }
  })
  for (let round = 0; round < 3; round++) {
    for (const service of ['chat-api', 'support-agent', 'summarizer', 'orders'] satisfies Service[]) {
      await sleep(1000)
      await stack.restart(service)
    }
    if (round === 1) await stack.restart('collector')
  }
  running = false
  await Promise.all(traffic)
  await expectLedgerTotals(stack.url('llm-simulator'), stack.url('prometheus'))
}, 300_000)

// Here, as a stack of their own would take minutes, and this one has calls of every kind by now.
describe('dashboards', () => {
  const boards = Object.values(dashboards).map((board) => [board.title ?? '', board] as const)
  const board = (name: string) => dashboards[`${name}.json`]!
  beforeAll(() => rareCalls(stack), 60_000)

  test.each(boards)(
    '%s: every query runs, and finds something',
    async (_, dashboard) => {
      // Recorded prices come every two minutes.
      await eventually(async () => expect(await problemsOf(stack, dashboard)).toEqual([]), 150_000)
    },
    160_000,
  )

  describeTempo('Tempo', () => {
    test.each(boards)(
      '%s: every table of traces is answered, and finds something',
      async (_, dashboard) => {
        await eventually(async () => expect(await traceProblemsOf(stack, dashboard)).toEqual([]), 150_000)
      },
      160_000,
    )
  })

  test('what must agree does: the sum over models, features, services and parts is the total', async () => {
    const spend = await total(stack, board('cost'), 'Spend')
    expect(spend).toBeGreaterThan(0)
    for (const [name, title] of [
      ['cost', 'Which feature costs most?'],
      ['cost', 'Which part costs most?'],
      ['models', 'What do they cost now?'],
    ] as const) {
      expect((await total(stack, board(name), title)) / spend).toBeCloseTo(1, 2)
    }
    const failed = await total(stack, board('errors'), 'How many failed, and why')
    const share = await total(stack, board('errors'), 'Error rate')
    const calls = await total(stack, board('overview'), 'Calls')
    expect(failed).toBeGreaterThan(0)
    // Rounded to whole calls, by reason.
    expect(Math.abs(failed - share * calls)).toBeLessThan(3)
  })

  test('the overview says what the simulator’s ledger says', async () => {
    const ledger = [...(await ledgerTotals(stack.url('llm-simulator'))).values()]
    const demo = { environment: 'demo' }
    const near = async (title: string, of: (totals: Totals) => number) => {
      const truth = ledger.reduce((sum, totals) => sum + of(totals), 0)
      // increase() extrapolates to the end of its range, by up to one reading (15 s) of a stack that is some minutes old: a
      // tenth. The counters themselves are compared to the last token above.
      const ratio = (await total(stack, board('overview'), title, demo)) / truth
      expect(ratio).toBeGreaterThan(0.95)
      expect(ratio).toBeLessThan(1.15)
    }
    await near('Tokens', ({ input_tokens, output_tokens }) => input_tokens + output_tokens)
    await near('Spend today', ({ cost }) => cost)
  })
})

const describeGrafana = process.env['GRAFANA_IMAGE'] ? describe : describe.skip
describeGrafana('Grafana', () => {
  test('every dashboard is provisioned, without a warning', async () => {
    await eventually(() => stack.get('grafana', '/api/health'))
    const found = await stack.get<{ uid: string }[]>('grafana', '/api/search?type=dash-db')
    expect(found.map(({ uid }) => uid).sort()).toEqual(
      Object.values(dashboards)
        .map(({ uid }) => uid)
        .sort(),
    )
    expect(await stack.logs('grafana')).not.toMatch(/logger=provisioning\S* .*level=(warn|error)/)
  })

  // Panels of traces ask TraceQL.
  const describeLook = process.env['TEMPO_IMAGE'] ? describeInBrowser : describe.skip
  describeLook('in a browser', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchBrowser()
    }, 60_000)
    afterAll(() => browser?.close())

    test.each(Object.values(dashboards).map((dashboard) => [dashboard.title ?? '', dashboard] as const))(
      '%s: no panel shows an error, or nothing',
      async (_, dashboard) => {
        expect(await look(browser, stack, dashboard)).toEqual([])
      },
    )
  })
})
