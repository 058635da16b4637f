/**
 * What a call counts as and costs beyond its tokens: sampled calls, searches, compaction, free variants, what the provider
 * billed, clocks that are off, text that is no UTF-8, MCP, service.namespace. Each came from a public bug report, named where
 * it is tested. Sums are by hand, or calcPrice's.
 */
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call, CALLS, COST, countedTotal, INPUT, OUTPUT, USD_PER_CALL } from '../lib/calls.ts'
import { Double, newSpanId, newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Attributes } from '../lib/otlp.ts'
import { sendBytes } from '../lib/otlp-bytes.ts'
import type { RawSpan } from '../lib/otlp-bytes.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

const PREFIX = 'gen_ai_client_inference_'
const FLAGGED = `${PREFIX}flagged_total`
const UNPRICED = `${PREFIX}unpriced_total`
const FINISHES = `${PREFIX}finishes_total`
const ATTEMPTS = `${PREFIX}attempts_total`
const RESENDS = `${PREFIX}resends_total`
const CLIENT = 'mcp_client_operation_duration_seconds'
const SERVER = 'mcp_server_operation_duration_seconds'
const TOOLS = 'gen_ai_execute_tool_duration_seconds'
const REQUESTS = 'http_server_request_duration_seconds'
const PER_CALL = `${PREFIX}operation_input_tokens`
const FIRST_CHUNK = `${PREFIX}time_to_first_chunk_seconds`
const DAY = 86_400_000

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 240_000)
afterAll(() => pipeline.stop())

const total = (metric: string, service: string, labels = '') =>
  countedTotal(pipeline.prometheusUrl, metric, `service_name="${service}"${labels && ','}${labels}`)

/** Sums of fractions are exact to ten digits. */
const rounded = (totals: Record<string, number>) =>
  Object.fromEntries(Object.entries(totals).map(([metric, value]) => [metric, Number(value.toFixed(10))]))

/** Waits until the totals of a service are these. */
async function expectTotals(service: string, totals: Record<string, number>) {
  await eventually(async () => {
    const actual = await Promise.all(Object.keys(totals).map((metric) => total(metric, service)))
    expect(rounded(Object.fromEntries(Object.keys(totals).map((metric, i) => [metric, actual[i]!])))).toEqual(
      rounded(totals),
    )
  })
}

const flags = async (service: string) => {
  const series = await query(
    pipeline.prometheusUrl,
    `sum by (genai_flag) (${FLAGGED}{service_name="${service}"})`,
  )
  return Object.fromEntries(series.map(({ labels, value }) => [labels['genai_flag'] ?? '', value]))
}

const stored = (traceId: string) =>
  eventually(async () => {
    const spans = await pipeline.traces.spans(traceId)
    expect(spans).not.toHaveLength(0)
    return spans
  })

describe('a sampled call counts as what it stands for', () => {
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/45539
  test.concurrent.each([
    ['one-in-4', 'ot=th:c', 4],
    ['one-in-2', 'vendor=1,ot=rv:ffffffffffffff;th:8', 2],
    ['one-in-16', 'ot=th:f0;rv:ffffffffffffff', 16],
    // As a sampler of 10 % writes it, in 14 digits.
    ['one-in-10', 'ot=th:e6666666666666', 10],
    ['all', 'ot=th:0', 1],
    ['another-vendor', 'th=th:c', 1],
    ['no-threshold', 'ot=th:xyz', 1],
    ['absurd', 'ot=th:ffffffffffffff', 1],
  ])('%s: in every number', async (service, traceState, each) => {
    const n = 20
    const stands = n * each
    await sendSpans(pipeline.otlpUrl, {
      service,
      spans: [
        ...Array.from({ length: n }, () =>
          call(
            {
              'gen_ai.usage.cache_read.input_tokens': 4,
              'gen_ai.response.finish_reasons': ['stop'],
              'gen_ai.response.time_to_first_chunk': new Double(0.2),
              'http.request.resend_count': 3,
            },
            { traceState },
          ),
        ),
        ...Array.from({ length: n }, () =>
          call({ 'gen_ai.response.model': 'no-price', 'gen_ai.request.model': 'no-price' }, { traceState }),
        ),
        {
          traceState,
          attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't' },
          kind: 'internal' as const,
        },
        {
          traceState,
          kind: 'server' as const,
          attributes: { 'http.request.method': 'POST', 'app.endpoint': 'POST /chat' },
        },
        {
          traceState,
          attributes: {
            'http.request.method': 'POST',
            'server.address': 'api.anthropic.com',
            'url.full': 'https://api.anthropic.com/v1/messages',
            'http.response.status_code': 429,
          },
        },
      ],
    })
    await expectTotals(service, {
      [CALLS]: 2 * stands,
      [INPUT]: 20 * stands,
      [OUTPUT]: 2 * stands,
      [`${PREFIX}usage_cache_read_input_tokens_total`]: 4 * stands,
      // 6 uncached, 4 cached, 1 out.
      [COST]: (6 + 0.4 + 5) * 1e-6 * stands,
      [UNPRICED]: stands,
      [FINISHES]: stands,
      [ATTEMPTS]: each,
      [RESENDS]: 3 * stands,
      [TOOLS]: each,
      [REQUESTS]: each,
      [FIRST_CHUNK]: stands,
      [PER_CALL]: 2 * stands,
    })
    // Of single calls, however many they stand for.
    const perCall = await query(
      pipeline.prometheusUrl,
      `histogram_avg(sum(${PER_CALL}{service_name="${service}"}))`,
    )
    expect(perCall[0]!.value).toBeCloseTo(10, 6)
    await eventually(async () =>
      expect(await flags(service)).toEqual(
        service === 'absurd' ? { sampling_threshold_invalid: 2 * stands } : {},
      ),
    )
  })

  test.concurrent('a fraction: 3 or 4 for each of 10 in 3, all numbers of a call alike', async () => {
    // 0.7 of 2^56 were rejected.
    const threshold = Math.round(0.7 * 2 ** 56)
      .toString(16)
      .padStart(14, '0')
    const n = 400
    const spans = Array.from({ length: n }, () =>
      call({ 'gen_ai.response.finish_reasons': ['stop'] }, { traceState: `ot=th:${threshold}` }),
    )
    await sendSpans(pipeline.otlpUrl, { service: 'fraction', spans })
    const calls = await eventually(async () => {
      const seen = await total(CALLS, 'fraction')
      expect(seen).toBeGreaterThanOrEqual(3 * n)
      expect(await total(INPUT, 'fraction')).toBe(10 * seen)
      expect(await total(FINISHES, 'fraction')).toBe(seen)
      expect(await total(COST, 'fraction')).toBeCloseTo(USD_PER_CALL * seen, 10)
      return seen
    })
    // Four standard deviations of the rounding: 4 * sqrt(400 * 2/9).
    expect(Math.abs(calls - (10 / 3) * n)).toBeLessThan(38)
  })

  test.concurrent('a number of its own that the application set is none', async () => {
    await sendSpans(pipeline.otlpUrl, { service: 'spoofed', spans: [call({ 'genai.adjusted_count': 1000 })] })
    await expectTotals('spoofed', { [CALLS]: 1, [INPUT]: 10, [OUTPUT]: 1 })
  })
})

describe('what is billed beside the totals', () => {
  const claude = (attributes: Attributes) => ({
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5',
      'gen_ai.usage.input_tokens': 9548,
      'gen_ai.usage.output_tokens': 528,
      ...attributes,
    },
  })

  // https://github.com/pydantic/pydantic-ai/issues/5065
  test.concurrent('compaction, by the documentation’s numbers', async () => {
    const sdk = (service: string, attributes: Attributes) =>
      sendSpans(pipeline.otlpUrl, {
        service,
        scope: 'com.anthropic.sdk.typescript',
        spans: [
          call({ 'gen_ai.usage.input_tokens': 23_000, 'gen_ai.usage.output_tokens': 1000, ...attributes }),
        ],
      })
    const compaction = {
      'anthropic.usage.compaction.input_tokens': 180_000,
      'anthropic.usage.compaction.output_tokens': 3500,
    }
    await sdk('compaction', compaction)
    // As another Collector of this kind sent it on.
    await sdk('compaction-again', {
      ...compaction,
      'gen_ai.usage.input_tokens': 203_000,
      'gen_ai.usage.output_tokens': 4500,
      'genai.usage.compaction.input_tokens': 180_000,
      'genai.usage.compaction.output_tokens': 3500,
    })
    await sdk('compaction-bad', { 'anthropic.usage.compaction.input_tokens': -5 })
    for (const service of ['compaction', 'compaction-again'])
      await expectTotals(service, { [CALLS]: 1, [INPUT]: 203_000, [OUTPUT]: 4500, [COST]: 0.2255 })
    await expectTotals('compaction-bad', { [INPUT]: 23_000, [COST]: 0.028 })
    expect(await flags('compaction-bad')).toEqual({ 'compaction.input_tokens_invalid': 1 })
  })

  // https://github.com/BerriAI/litellm/issues/16996; calcPrice of genai-prices: 0.044376
  test.concurrent('searches', async () => {
    const usage = `{'completion_tokens': 528, 'prompt_tokens': 9548, 'server_tool_use': {'web_search_requests': 2}, 'prompt_tokens_details': {'cached_tokens': 0}}`
    await sendSpans(
      pipeline.otlpUrl,
      {
        service: 'search-litellm',
        scope: 'litellm',
        spans: [
          {
            ...claude({
              'gen_ai.operation.name': 'completion',
              'gen_ai.system': 'anthropic',
              'gen_ai.provider.name': undefined,
              'metadata.usage_object': usage,
            }),
            name: 'litellm_request',
            kind: 'internal',
          },
        ],
      },
      {
        service: 'search-pydantic',
        scope: 'pydantic-ai',
        spans: [claude({ 'gen_ai.usage.details.web_search_requests': 2 })],
      },
      // No price for a search is known: the tokens are priced, and it is said.
      {
        service: 'search-unpriced',
        scope: 'pydantic-ai',
        spans: [
          claude({ 'gen_ai.request.model': 'claude-3-opus', 'gen_ai.usage.details.web_search_requests': 2 }),
        ],
      },
      {
        service: 'search-none',
        scope: 'pydantic-ai',
        spans: [claude({ 'gen_ai.usage.details.web_search_requests': 0 })],
      },
    )
    for (const service of ['search-litellm', 'search-pydantic']) {
      await expectTotals(service, { [CALLS]: 1, [INPUT]: 9548, [OUTPUT]: 528, [COST]: 0.044376 })
      expect(await total(COST, service, 'gen_ai_usage_cost_component="server_tools"')).toBeCloseTo(0.02, 12)
      expect(await flags(service)).toEqual({})
    }
    await expectTotals('search-none', { [COST]: 0.024376 })
    await expectTotals('search-unpriced', { [COST]: 0.18282, [FLAGGED]: 1 })
    expect(await flags('search-unpriced')).toEqual({ server_tools_unpriced: 1 })
  })

  // https://github.com/anomalyco/models.dev/issues/701
  test.concurrent.each([
    ['free-known', 'nvidia/nemotron-3-nano-30b-a3b:free', undefined, 0],
    ['free-unknown', 'z-ai/glm-4.5-air:free', 'z-ai/glm-4.5-air:free', 0],
    ['free-router', 'openrouter/free', 'upstage/solar-pro-3:free', 0],
    ['free-shortened', 'somebody/new-model:free', 'somebody/new-model', 0],
    ['free-not', 'stepfun/step-9.9-flash', undefined, 1],
  ])(
    '%s: no cost, and no alert for a price that nobody can set',
    async (service, request, response, unpriced) => {
      await sendSpans(pipeline.otlpUrl, {
        service,
        spans: [
          call({
            'gen_ai.provider.name': 'openai',
            'server.address': 'openrouter.ai',
            'gen_ai.request.model': request,
            'gen_ai.response.model': response,
          }),
        ],
      })
      await expectTotals(service, { [CALLS]: 1, [INPUT]: 10, [OUTPUT]: 1, [COST]: 0, [UNPRICED]: unpriced })
    },
  )

  test.concurrent('what the provider billed is counted once, in place of the list price', async () => {
    const traceId = newTraceId()
    const billed = {
      'gen_ai.usage.cost.amount': new Double(0.0042),
      'gen_ai.usage.cost.currency': 'USD',
      'gen_ai.usage.cost.source': 'provider',
    }
    const unknown = { 'gen_ai.request.model': 'new-one', 'gen_ai.response.model': 'new-one' }
    await sendSpans(
      pipeline.otlpUrl,
      { service: 'billed', spans: [call(billed, { traceId }), call(billed), call()] },
      {
        service: 'billed-unknown',
        spans: [
          call({ ...billed, ...unknown }, { traceState: 'ot=th:c' }),
          call({
            ...billed,
            ...unknown,
            'gen_ai.usage.input_tokens': undefined,
            'gen_ai.usage.output_tokens': undefined,
          }),
        ],
      },
      { service: 'billed-badly', spans: [call({ ...billed, 'gen_ai.usage.cost.amount': new Double(-1) })] },
    )
    await expectTotals('billed', {
      [CALLS]: 3,
      [COST]: 2 * 0.0042 + USD_PER_CALL,
      [`${PREFIX}usage_cost_list_total`]: 2 * USD_PER_CALL,
      [UNPRICED]: 0,
    })
    expect(await total(COST, 'billed', 'gen_ai_usage_cost_source="provider"')).toBeCloseTo(0.0084, 12)
    expect(await total(COST, 'billed', 'gen_ai_usage_cost_source="local"')).toBeCloseTo(USD_PER_CALL, 12)
    await expectTotals('billed-unknown', { [COST]: 5 * 0.0042, [UNPRICED]: 0 })
    await expectTotals('billed-badly', { [COST]: USD_PER_CALL })
    expect(await flags('billed-badly')).toEqual({ cost_invalid: 1 })
    const [span] = await stored(traceId)
    expect(span!.attributes).toMatchObject({
      'gen_ai.usage.cost.amount': 0.0042,
      'gen_ai.usage.cost.source': 'provider',
      'gen_ai.usage.cost.currency': 'USD',
    })
  })
})

// https://github.com/grafana/tempo/issues/3930. gemini-3.6-flash doubles on 2027-01-01.
describe('a clock that is off', () => {
  const now = Date.now()
  test.concurrent.each([
    ['on-time', 0, {}],
    ['a-little-ahead', 60_000, {}],
    ['ahead', DAY, { clock_ahead: 1 }],
    ['years-ahead', 4 * 365 * DAY, { clock_ahead: 1 }],
    ['an-hour-late', -3_600_000, {}],
    ['behind', -DAY - 60_000, { clock_behind: 1 }],
    ['1970', 10_000 - now, { clock_behind: 1 }],
  ])('%s: counted as of now, and said', async (service, off, expected) => {
    const traceId = newTraceId()
    const gemini = {
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': 'gemini-3.6-flash',
      'gen_ai.response.model': undefined,
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
    }
    await sendSpans(pipeline.otlpUrl, {
      service,
      spans: [call(gemini, { traceId, start: now + off - 1500, duration: 1500 })],
    })
    await expectTotals(service, {
      [CALLS]: 1,
      [INPUT]: 100,
      [OUTPUT]: 10,
      [COST]: Date.now() < Date.UTC(2027, 0, 1) || off < 0 ? 0.0001125 : 0.000225,
    })
    await eventually(async () => expect(await flags(service)).toEqual(expected))
    expect(await stored(traceId)).toHaveLength(1)
  })
})

// https://github.com/open-telemetry/semantic-conventions-genai/issues/509
describe('a tool that runs behind the Model Context Protocol', () => {
  const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'get-weather' }
  const request = {
    ...tool,
    'mcp.method.name': 'tools/call',
    'mcp.session.id': 's1',
    'jsonrpc.request.id': '2',
  }
  const traceId = newTraceId()
  const [outer, inner] = [newSpanId(), newSpanId()]

  test.concurrent('counts once, in the agent; client and server have metrics of their own', async () => {
    await sendSpans(
      pipeline.otlpUrl,
      {
        service: 'mcp-agent',
        spans: [
          { traceId, spanId: outer, kind: 'internal', attributes: tool, duration: 900 },
          {
            traceId,
            spanId: inner,
            parentSpanId: outer,
            attributes: { ...request, 'server.address': 'mcp.example' },
            duration: 800,
          },
          { traceId, parentSpanId: outer, attributes: { 'mcp.method.name': 'tools/list' } },
        ],
      },
      {
        service: 'mcp-server',
        spans: [
          {
            traceId,
            parentSpanId: inner,
            kind: 'server',
            attributes: { ...request, 'error.type': 'tool_error' },
            status: 'error',
            duration: 700,
          },
        ],
      },
      // No span of its own for the request: its attributes are on the agent's.
      { service: 'mcp-merged', spans: [{ kind: 'internal', attributes: request }] },
    )
    await expectTotals('mcp-agent', { [TOOLS]: 1, [CLIENT]: 2, [SERVER]: 0 })
    await expectTotals('mcp-server', { [TOOLS]: 0, [CLIENT]: 0, [SERVER]: 1 })
    await expectTotals('mcp-merged', { [TOOLS]: 1, [CLIENT]: 0, [SERVER]: 0 })
    expect(
      await total(
        CLIENT,
        'mcp-agent',
        'mcp_method_name="tools/call",gen_ai_tool_name="get-weather",server_address="mcp.example",error_type=""',
      ),
    ).toBe(1)
    expect(await total(CLIENT, 'mcp-agent', 'mcp_method_name="tools/list",gen_ai_tool_name=""')).toBe(1)
    expect(await total(SERVER, 'mcp-server', 'error_type="tool_error"')).toBe(1)
  })
})

// https://github.com/DataDog/datadog-agent/issues/54728
test.concurrent('service.namespace tells two services of one name apart, on every metric', async () => {
  const service = 'assistant'
  const spans = (input: number) => [
    call({ 'gen_ai.usage.input_tokens': input, 'gen_ai.response.finish_reasons': ['stop'] }),
    {
      kind: 'internal' as const,
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't' },
    },
    {
      kind: 'internal' as const,
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'a' },
    },
  ]
  for (const [namespace, instance, input] of [
    ['team-a', 'pod-1', 100],
    ['team-a', 'pod-2', 100],
    ['team-b', 'pod-1', 5000],
    [undefined, 'pod-1', 7],
    ['', 'pod-1', 7],
    [['x'], 'pod-1', 7],
  ] as const)
    await sendSpans(pipeline.otlpUrl, {
      service,
      resource: { 'service.namespace': namespace as string | undefined, 'service.instance.id': instance },
      spans: spans(input),
    })
  await eventually(async () => {
    const [a, b, none] = await Promise.all(
      ['team-a', 'team-b', ''].map((name) => total(INPUT, service, `service_namespace="${name}"`)),
    )
    expect([a, b, none]).toEqual([200, 5000, 21])
    // One series each, however many instances.
    expect(await query(pipeline.prometheusUrl, `${INPUT}{service_name="${service}"}`)).toHaveLength(3)
    for (const metric of [CALLS, TOOLS, 'gen_ai_invoke_agent_duration_seconds', FINISHES])
      expect(
        await Promise.all(
          ['team-a', 'team-b', ''].map((name) => total(metric, service, `service_namespace="${name}"`)),
        ),
      ).toEqual([2, 1, 3])
  })
})

// https://github.com/open-telemetry/opentelemetry-collector/issues/11449
describe('text that is no UTF-8', () => {
  const bad = Buffer.from([0x67, 0x70, 0x74, 0x2d, 0x34, 0x6f, 0xff, 0xfe, 0xc3])
  const cut = Buffer.concat([Buffer.from('caf'), Buffer.from([0xc3])])
  const gpt: [string | Buffer, string | number][] = [
    ['gen_ai.operation.name', 'chat'],
    ['gen_ai.provider.name', 'openai'],
    ['gen_ai.request.model', 'gpt-4o'],
    ['gen_ai.usage.input_tokens', 100],
    ['gen_ai.usage.output_tokens', 10],
  ]
  const cases: [string, Partial<RawSpan>, [string | Buffer, string | Buffer][]][] = [
    ['model', { attributes: [...gpt, ['gen_ai.response.model', bad]] }, []],
    ['attribute', { attributes: [...gpt, ['my.note', cut]] }, []],
    ['name', { name: Buffer.concat([Buffer.from('chat '), bad]) }, []],
    ['error', { attributes: [...gpt, ['error.type', Buffer.from([0xff])]] }, []],
    ['key', { attributes: [...gpt, [cut, 'v']] }, []],
    ['list', { attributes: [...gpt, ['gen_ai.response.finish_reasons', ['stop', cut]]] }, []],
    ['status', { status: cut }, []],
    ['event', { event: { name: 'note', attributes: [['text', cut]] } }, []],
    ['environment', {}, [['deployment.environment.name', Buffer.concat([Buffer.from('prod'), bad])]]],
    [
      'python',
      { attributes: [...gpt, ['gen_ai.response.model', bad]] },
      [['telemetry.sdk.language', 'python']],
    ],
  ]

  test.concurrent.each(cases)(
    'in the %s: cleaned and flagged, and counted as others',
    async (kind, span, resource) => {
      const traceId = newTraceId()
      await sendBytes(pipeline.otlpUrl, {
        resource: [['service.name', `bytes-${kind}`], ...resource],
        spans: [{ attributes: gpt, ...span, traceId }],
      })
      await expectTotals(`bytes-${kind}`, { [CALLS]: 1, [INPUT]: 100, [OUTPUT]: 10, [FLAGGED]: 1 })
      expect(await flags(`bytes-${kind}`)).toEqual({ invalid_utf8: 1 })
      const response = await fetch(
        `${pipeline.prometheusUrl}/api/v1/query?query=${encodeURIComponent(`{service_name="bytes-${kind}"}`)}`,
      )
      // Throws on bytes that are none.
      new TextDecoder('utf-8', { fatal: true }).decode(await response.arrayBuffer())
      expect(await stored(traceId)).toHaveLength(1)
    },
  )

  test.concurrent('text of any language is left as it is, and not flagged', async () => {
    const traceId = newTraceId()
    const note = 'café 日本語 \u{1F600} \uFFFD'
    await sendBytes(pipeline.otlpUrl, {
      resource: [['service.name', 'languages']],
      spans: [
        {
          traceId,
          name: 'chat 日本語',
          attributes: [...gpt, ['my.note', note], ['app.feature', 'Übersetzung']],
        },
      ],
    })
    await expectTotals('languages', { [INPUT]: 100 })
    expect(await total(INPUT, 'languages', 'app_feature="Übersetzung"')).toBe(100)
    const [span] = await stored(traceId)
    expect(span!.attributes['my.note']).toBe(note)
    expect(span!.attributes['genai.flag']).toBeUndefined()
  })
})
