import type { Scenario } from './scenario.ts'

/** An ordinary day. What every other scenario ends with. */
export const baseline: Scenario = {
  name: 'baseline',
  title: 'An ordinary day',
  description:
    'Calls of all kinds, some thirty a minute, every one answered in a second or two. Restores everything. No alert fires.',
  alerts: [],
  dashboard: 'genai-overview',
  traceql: '{ span.gen_ai.operation.name = "chat" }',
}

/** All scenarios, the ordinary day first. */
export const scenarios: readonly Scenario[] = [
  baseline,
  {
    name: 'slow-model',
    title: 'A model is slow',
    description:
      'Claude Sonnet begins as soon as ever, and then writes 8 tokens a second: a chat takes some 15 seconds in place of one.',
    simulator: { behavior: { models: { 'claude-sonnet': { tokens_per_second: 8, jitter: 0.1 } } } },
    alerts: ['LLMHighLatency'],
    consequences: {
      LLMLatencyBudgetBurn:
        'most calls of a model take longer than promised, so that the month’s budget burns',
    },
    dashboard: 'genai-latency',
    traceql: '{ span.gen_ai.operation.name = "chat" && duration > 10s }',
  },
  {
    name: 'slow-first-token',
    title: 'Answers are slow to begin',
    description:
      'Claude Sonnet thinks for 7 seconds before the first word, and is as fast as ever from there. Who reads along waits.',
    simulator: {
      behavior: { models: { 'claude-sonnet': { time_to_first_token_seconds: 7, jitter: 0.1 } } },
    },
    alerts: ['LLMSlowFirstChunk'],
    dashboard: 'genai-latency',
    // 5.0, as Tempo finds no fraction that is above a whole number.
    traceql: '{ span.gen_ai.response.time_to_first_chunk > 5.0 }',
  },
  {
    name: 'rate-limit-storm',
    title: 'The provider limits the rate',
    description:
      'Anthropic answers one request in four with 429. The SDKs retry, so that nearly every call succeeds: later, and unseen by whoever counts calls.',
    simulator: {
      faults: [{ match: { provider: 'anthropic' }, probability: 0.25, status: 429, retry_after: 1 }],
    },
    alerts: ['LLMRateLimiting'],
    consequences: {
      LLMErrorBudgetBurn: 'one call in 64 meets three limits in a row and fails, which 99% hardly allows',
    },
    dashboard: 'genai-errors',
    traceql: '{ span.genai.role = "attempt" && span.http.response.status_code = 429 }',
  },
  {
    name: 'spend-limit',
    title: 'The spend limit is reached',
    description:
      'Anthropic answers every request with a 429 that says: your organization’s spend limit. Waiting does not help, and the SDKs do not retry.',
    simulator: {
      faults: [
        {
          match: { provider: 'anthropic' },
          probability: 1,
          status: 429,
          error_code: 'enforced_spend_limit_reached',
        },
      ],
    },
    alerts: ['LLMSpendLimitReached'],
    consequences: {
      LLMHighErrorRate: 'every call fails',
      LLMErrorBudgetBurn: 'every call fails',
      LLMRateLimiting: 'the status is the same, 429',
    },
    dashboard: 'genai-errors',
    traceql: '{ span.genai.role = "attempt" && span.http.response.status_code = 429 }',
  },
  {
    name: 'overloaded',
    title: 'The provider is overloaded',
    description:
      'Anthropic answers nearly every second request with 529. Retries double the load on what is overloaded already; one call in ten fails all the same.',
    simulator: { faults: [{ match: { provider: 'anthropic' }, probability: 0.45, status: 529 }] },
    alerts: ['LLMProviderOverloaded'],
    consequences: {
      LLMRetryAmplification: 'retries are what it gets; held back, as the cause is known',
      LLMHighErrorRate: 'one call in ten meets three of them in a row',
      LLMErrorBudgetBurn: 'one call in ten meets three of them in a row',
    },
    dashboard: 'genai-errors',
    traceql: '{ span.genai.role = "attempt" && span.http.response.status_code = 529 }',
  },
  {
    name: 'auth-broken',
    title: 'A key was revoked',
    description: 'OpenAI answers every request with 401: the summarizer’s key is no longer valid.',
    simulator: { faults: [{ match: { provider: 'openai' }, probability: 1, status: 401 }] },
    alerts: ['LLMAuthenticationFailing'],
    consequences: {
      LLMHighErrorRate: 'every call to OpenAI fails',
      LLMErrorBudgetBurn: 'every call to OpenAI fails',
    },
    dashboard: 'genai-errors',
    traceql: '{ span.genai.role = "attempt" && span.http.response.status_code = 401 }',
  },
  {
    name: 'truncation',
    title: 'Answers are cut off',
    description:
      'Four answers in ten of Claude Sonnet run into max_tokens and end in the middle of a sentence. Each call counts as a success.',
    simulator: { behavior: { models: { 'claude-sonnet': { stop_reasons: { max_tokens: 0.4 } } } } },
    alerts: ['LLMOutputTruncated'],
    dashboard: 'genai-errors',
    traceql: '{ span.genai.finish_reason = "length" }',
  },
  {
    name: 'runaway-agent',
    title: 'An agent does not come to an end',
    description:
      'The model asks the support agent for one more tool, whatever it was given, until the agent’s own limit of steps ends it. Each run costs many times as much.',
    simulator: { behavior: { models: { 'claude-opus': { tool_rounds: 1000 } } } },
    alerts: ['LLMRunawayAgent'],
    consequences: {
      LLMFeatureCostHigh: 'twenty-five calls of Opus where there were two',
      LLMDailyBudgetForecast: 'twenty-five calls of Opus where there were two',
    },
    dashboard: 'genai-agents',
    traceql: '{ resource.service.name = "support-agent" && span.genai.role = "tool" } | count() > 5',
  },
  {
    name: 'cost-spike',
    title: 'Chats become expensive',
    description:
      'A release sends every chat to the dearest model, which answers at length: some 13 cents a call in place of a tenth of a cent. Fast and without an error.',
    simulator: {
      behavior: { models: { 'claude-fable': { output_tokens: 2500, tokens_per_second: 2000 } } },
    },
    traffic: { chat_model: 'claude-fable-5-1', chat_max_tokens: 8192, rate: 2 },
    alerts: ['LLMFeatureCostHigh', 'LLMDailyBudgetForecast'],
    lingers: 'an hour: both look at what was spent',
    dashboard: 'genai-cost',
    traceql: '{ span.gen_ai.usage.cost.amount > 0.1 }',
  },
  {
    name: 'cache-collapse',
    title: 'The prompt cache is no longer hit',
    description:
      'Somebody put the time of printing at the top of each document: no prompt begins like another, and every token is paid in full. Fast and without an error.',
    traffic: { new_documents: true },
    alerts: ['LLMCacheHitRateFalling'],
    dashboard: 'genai-cache',
    traceql:
      '{ resource.service.name = "summarizer" && span.gen_ai.usage.input_tokens > 4096 && span.gen_ai.usage.cache_read.input_tokens < 1 }',
  },
  {
    name: 'unpriced-model',
    title: 'A model has no price',
    description:
      'Chats go to a model that is not in the price list. Their calls have no cost, and no cost report shows what is missing.',
    traffic: { chat_model: 'claude-preview-7' },
    alerts: ['LLMUnpricedModel'],
    lingers: 'an hour: nothing is lost by knowing it for a while',
    dashboard: 'genai-cost',
    traceql: '{ span.gen_ai.request.model = "claude-preview-7" }',
  },
  {
    name: 'duplicate-instrumentation',
    title: 'Calls are reported twice',
    description:
      'As if OpenLLMetry had been added to chat-api beside the SDK’s own spans: each answered chat comes a second time from another scope and in a trace of its own, sent by the traffic generator. Calls, tokens and cost double.',
    traffic: { second_spans: true },
    alerts: ['LLMDuplicateInstrumentation'],
    lingers: 'six hours: few calls an hour must be enough to see it',
    dashboard: 'genai-pipeline',
    traceql: '{ instrumentation:name = "opentelemetry.instrumentation.anthropic" }',
  },
  {
    name: 'service-silent',
    title: 'A service has gone silent',
    description:
      'Nobody asks the summarizer any more, as when a queue in front of it stands still. Nothing fails; there is just nothing.',
    traffic: { kinds: { 'summarize-anthropic': 0, 'summarize-openai': 0, embed: 0 } },
    alerts: ['LLMTelemetryAbsent'],
    dashboard: 'genai-overview',
    // The last that was heard of it.
    traceql: '{ resource.service.name = "summarizer" && span.gen_ai.operation.name != nil }',
    tracesBefore: 30,
  },
  {
    name: 'collector-pressure',
    title: 'The Collector refuses spans',
    description:
      'An application records every image it passes on, over a slow line: each minute uploads of megabytes pile up in the Collector, until its memory limiter refuses what anybody sends. SDKs try again.',
    traffic: { bursts: true },
    alerts: ['OtelCollectorRefusing'],
    dashboard: 'genai-pipeline',
    traceql: '{ resource.service.name = "image-importer" }',
  },
]

/** @returns undefined where there is none of that name */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name)
}
