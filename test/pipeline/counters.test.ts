/** Totals in Prometheus are exactly what was sent: concurrent, new, silent, restarted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { query } from '../../scripts/lib/prometheus.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call, CALLS, COST, countedTotal, INPUT, USD_PER_CALL } from '../lib/calls.ts'
import { sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

const total = (metric: string, service: string) =>
  countedTotal(pipeline.prometheusUrl, metric, `service_name="${service}"`)

const value = async (promql: string) => (await query(pipeline.prometheusUrl, promql))[0]?.value ?? Number.NaN

/** The totals of a service are those of `calls` calls, and stay so. */
async function expectCalls(service: string, calls: number) {
  await eventually(async () => {
    expect(await total(INPUT, service)).toBe(10 * calls)
    expect(await total(CALLS, service)).toBe(calls)
    expect(await total(COST, service)).toBeCloseTo(USD_PER_CALL * calls, 10)
  })
}

// Each has a service of its own, and mostly waits for Prometheus: all at the same time.

test.concurrent(
  '64 senders at once: not one call lost or doubled',
  async () => {
    await Promise.all(
      Array.from({ length: 64 }, async (_, sender) => {
        for (let i = 0; i < 50; i++) {
          await sendSpans(pipeline.otlpUrl, {
            service: 'concurrent',
            // Each is a process of its own, as replicas and restarts are.
            resource: { 'service.instance.id': `instance-${sender}`, 'process.pid': sender },
            spans: [call()],
          })
        }
      }),
    )
    await expectCalls('concurrent', 3200)
    // One series for all of them.
    expect(await query(pipeline.prometheusUrl, `${INPUT}{service_name="concurrent"}`)).toHaveLength(1)
  },
  180_000,
)

test.concurrent('a batch of thousands', async () => {
  await sendSpans(pipeline.otlpUrl, { service: 'batch', spans: Array.from({ length: 5000 }, () => call()) })
  await expectCalls('batch', 5000)
})

test.concurrent('the labels of the contract, and no others', async () => {
  await sendSpans(pipeline.otlpUrl, {
    service: 'labels',
    resource: { 'deployment.environment.name': 'prod', 'k8s.pod.name': 'pod-1', 'process.pid': 7 },
    spans: [
      {
        ...call({
          'app.feature': 'search',
          'app.endpoint': 'POST /search',
          'app.user_id': 'u1',
          'error.type': 'timeout_error',
        }),
        status: 'error',
      },
    ],
  })
  const series = await eventually(async () => {
    const found = await query(
      pipeline.prometheusUrl,
      `{__name__=~"${INPUT}|${CALLS}", service_name="labels"}`,
    )
    expect(found).toHaveLength(2)
    return found
  })
  for (const { labels } of series) {
    expect(labels).toEqual({
      __name__: expect.any(String) as string,
      service_name: 'labels',
      deployment_environment_name: 'prod',
      gen_ai_provider_name: 'anthropic',
      gen_ai_request_model: 'claude-haiku-4-5',
      gen_ai_response_model: 'claude-haiku-4-5-20251001',
      gen_ai_operation_name: 'chat',
      error_type: 'timeout_error',
      app_feature: 'search',
      app_endpoint: 'POST /search',
      collector_instance_id: 'collector-0',
      ...(labels['__name__'] === INPUT && { gen_ai_token_modality: 'unknown' }),
    })
  }
})

test.concurrent('errors have one vocabulary, whatever a library calls them', async () => {
  const types = {
    rate_limit_error: [
      'rate_limit_error',
      'RateLimitError',
      'anthropic.RateLimitError',
      'rate_limit',
      'RESOURCE_EXHAUSTED',
      // OpenAI's type of a 429.
      'requests',
      '429',
    ],
    overloaded_error: ['overloaded_error', 'UNAVAILABLE', '503', '529'],
    authentication_error: [
      'authentication_error',
      'AuthenticationError',
      'UNAUTHENTICATED',
      // OpenAI's code of a 401.
      'invalid_api_key',
      '401',
    ],
    permission_error: ['permission_error', 'PERMISSION_DENIED', 'AccessDeniedException', '403'],
    not_found_error: ['not_found_error', 'NotFoundError', '404'],
    request_too_large: ['request_too_large', '413'],
    // Two of the patterns fit the third: a connection, and a timeout.
    timeout_error: [
      'timeout_error',
      'APITimeoutError',
      'ConnectTimeoutError',
      'client_timeout_error',
      '408',
      '504',
    ],
    connection_error: ['APIConnectionError', 'ECONNREFUSED'],
    invalid_request_error: ['BadRequestError', 'invalid_request_error', 'INVALID_ARGUMENT', '400'],
    api_error: ['api_error', 'InternalServerError', '500', '502'],
    billing_error: ['EnforcedSpendLimitReachedError', '402', 'billing_error'],
    MyOwnError: ['MyOwnError'],
    _OTHER: ['_OTHER'],
  }
  // The API's own words, as SDKs put them into their errors' messages.
  const outOfMoney = {
    RateLimitError:
      "Error code: 429 - {'error': {'code': 'insufficient_quota', 'message': 'You exceeded …'}}",
    invalid_request_error: 'Your credit balance is too low to access the Anthropic API.',
  }
  await sendSpans(pipeline.otlpUrl, {
    service: 'errors',
    spans: [
      ...Object.values(types)
        .flat()
        .map((type) => ({ ...call({ 'error.type': type }), status: 'error' as const })),
      ...Object.entries(outOfMoney).map(([type, statusMessage]) => ({
        ...call({ 'error.type': type }),
        status: 'error' as const,
        statusMessage,
      })),
    ],
  })
  await eventually(async () => {
    const series = await query(pipeline.prometheusUrl, `${CALLS}{service_name="errors"}`)
    expect(Object.fromEntries(series.map(({ labels, value }) => [labels['error_type'], value]))).toEqual({
      ...Object.fromEntries(Object.entries(types).map(([type, names]) => [type, names.length])),
      billing_error: types.billing_error.length + 2,
    })
  })
})

test.concurrent('where the type says nothing, the status does', async () => {
  const types = ['AI_APICallError', 'openai.APIStatusError', '_OTHER']
  await sendSpans(pipeline.otlpUrl, {
    service: 'statuses',
    spans: [
      ...types.map((type) => call({ 'error.type': type, 'http.response.status_code': 429 })),
      call({ 'error.type': 'AI_APICallError' }),
      call({ 'error.type': 'MyOwnError', 'http.response.status_code': 500 }),
    ].map((span) => ({ ...span, status: 'error' as const })),
  })
  await eventually(async () => {
    const series = await query(pipeline.prometheusUrl, `${CALLS}{service_name="statuses"}`)
    expect(Object.fromEntries(series.map(({ labels, value }) => [labels['error_type'], value]))).toEqual({
      rate_limit_error: 3,
      AI_APICallError: 1,
      MyOwnError: 1,
    })
  })
})

test.concurrent(
  'increase() sees a lone burst of a brand-new series as it was, not extrapolated',
  async () => {
    await sendSpans(pipeline.otlpUrl, { service: 'burst', spans: Array.from({ length: 8 }, () => call()) })
    await expectCalls('burst', 8)
    // A minute of silence: only the repeated value tells Prometheus that nothing more came.
    await sleep(60_000)
    const increase = await value(`sum(increase(${INPUT}{service_name="burst"}[5m]))`)
    expect(increase).toBeGreaterThanOrEqual(80)
    // Up to the next point, which is at most 15 s away, Prometheus goes on at the rate of this minute: a quarter and a little.
    expect(increase).toBeLessThan(80 * 1.3)
    expect(await value(`sum(increase(${CALLS}{service_name="burst"}[5m]))`)).toBeGreaterThanOrEqual(8)
  },
  150_000,
)

test.concurrent('a model without a price: no cost, and counted', async () => {
  await sendSpans(pipeline.otlpUrl, {
    service: 'unpriced',
    spans: [call({ 'gen_ai.response.model': 'x', 'gen_ai.request.model': 'x' })],
  })
  await eventually(async () => {
    expect(await total('gen_ai_client_inference_unpriced_total', 'unpriced')).toBe(1)
    expect(await total(INPUT, 'unpriced')).toBe(10)
  })
  expect(await query(pipeline.prometheusUrl, `${COST}{service_name="unpriced"}`)).toEqual([])
})

test.concurrent(
  'parents that repeat usage, tools and retrieval are no calls; workflows and agents have durations',
  async () => {
    await sendSpans(pipeline.otlpUrl, {
      service: 'nested',
      spans: [
        call({ 'gen_ai.operation.name': 'invoke_agent' }),
        call({ 'gen_ai.operation.name': 'invoke_workflow' }),
        call({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }),
        call({ 'gen_ai.operation.name': 'retrieval' }),
        call(),
      ],
    })
    await expectCalls('nested', 1)
    await eventually(async () => {
      const runs = await query(
        pipeline.prometheusUrl,
        'gen_ai_invoke_agent_duration_seconds{service_name="nested"}',
      )
      expect(
        Object.fromEntries(runs.map(({ labels, value }) => [labels['gen_ai_operation_name'], value])),
      ).toEqual({
        invoke_agent: 1,
        invoke_workflow: 1,
      })
      expect(await total('gen_ai_execute_tool_duration_seconds', 'nested')).toBe(1)
    })
  },
)

test.concurrent(
  'where time and attempts go: requests, phases and resends of attempts, hour-long cache writes',
  async () => {
    const attempt = {
      'genai.attempt.operation': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-haiku-4-5',
    }
    const phases = { 'genai.http.dns.duration': 0.25, 'genai.http.first_byte.duration': 0.5 }
    await sendSpans(pipeline.otlpUrl, {
      service: 'time',
      spans: [
        {
          kind: 'server',
          duration: 3000,
          attributes: { 'app.endpoint': 'POST /chat', 'app.feature': 'chat' },
        },
        // Of an application that says nothing of itself: its requests are none of ours.
        { kind: 'server', duration: 5000, attributes: { 'http.route': '/other' } },
        { attributes: { ...attempt, ...phases, 'http.response.status_code': 429 } },
        { attributes: { ...attempt, ...phases, 'http.request.resend_count': 1 } },
        call({ 'gen_ai.usage.cache_write.input_tokens': 7, 'genai.usage.cache_write.1h.input_tokens': 4 }),
      ],
    })
    const of = (metric: string, matchers = '') => value(`sum(${metric}{service_name="time"${matchers}})`)
    const attempts = 'gen_ai_client_inference_attempts'
    await eventually(async () => {
      const requests = 'http_server_request_duration_seconds{service_name="time", app_endpoint="POST /chat"}'
      expect(await value(`sum(histogram_sum(${requests}))`)).toBe(3)
      expect(await of('http_server_request_duration_seconds')).toBe(1)
      expect(await of(`${attempts}_time_seconds_total`, ', genai_http_phase="dns"')).toBe(0.5)
      expect(await of(`${attempts}_time_seconds_total`, ', genai_http_phase="first_byte"')).toBe(1)
      expect(await of(`${attempts}_time_seconds_total`)).toBe(1.5)
      expect(await of(`${attempts}_total`, ', http_request_resend_count="1"')).toBe(1)
      expect(await of(`${attempts}_total`, ', http_request_resend_count=""')).toBe(1)
      expect(await of('gen_ai_client_inference_usage_cache_write_1h_input_tokens_total')).toBe(4)
    })
  },
)

test('a graceful restart of the Collector under load: totals stay exact', async () => {
  let sent = 0
  let running = true
  const load = (async () => {
    while (running) {
      try {
        await sendSpans(pipeline.otlpUrl, { service: 'restarted', spans: [call()] })
        sent++
      } catch {
        // Not acknowledged while it is down; an SDK would keep it and send it again.
      }
      await sleep(20)
    }
  })()
  await sleep(5000)
  await pipeline.restartCollector()
  await sleep(5000)
  running = false
  await load
  expect(sent).toBeGreaterThan(100)
  await eventually(async () => {
    expect(await total(INPUT, 'restarted')).toBe(10 * sent)
    expect(await total(COST, 'restarted')).toBeCloseTo(USD_PER_CALL * sent, 10)
  })
}, 120_000)
