import { threshold } from '../../alerts/rules.ts'
import { dashboard, firingAlerts } from './dashboard.ts'
import { bars, graph, number, rows } from './panel.ts'
import {
  calls,
  failed,
  increase,
  label,
  matches,
  metric,
  orZero,
  quantile,
  rate,
  rateLimited,
} from './query.ts'
import { unit } from './theme.ts'
import { selectedCalls, selectedSpans, traceLink } from './trace-link.ts'

/** What the alerts look at, so that their thresholds mean the same here. */
const serviceAndModel = { by: [label.service, label.model] }
const serviceAndModelName = `{{${label.service}}} · {{${label.model}}}`

const noCalls = 'No model calls in this time'
const attempts = `${metric.attempts}_total`
const cost = `${metric.cost}_total`
const unpriced = `${metric.unpriced}_total`

const tokens = (of: string) => rate(`${of}_total`)
const usualSpend = 'service:gen_ai_client_inference_usage_cost:avg7d_increase1d'
const daySpend = 'service:gen_ai_client_inference_usage_cost:increase1d'
const selectedServices = `{${matches('environment')}, ${matches('service')}}`

const failedCalls = traceLink('Failed calls', `{ ${selectedCalls} && status = error }`)
const slowCalls = traceLink(
  'Slow calls',
  `{ ${selectedCalls} && duration > ${threshold('LLMHighLatency')}s } | select(span.gen_ai.usage.output_tokens)`,
)
const limitedAttempts = traceLink(
  'Rate-limited attempts',
  `{ ${selectedSpans} && span.genai.attempt.operation != nil && span.http.response.status_code = 429 }`,
)

export const overview = dashboard(
  'overview',
  'GenAI overview',
  'Is it healthy, what does it cost today, what changed?',
  [
    number({
      title: 'Firing alerts',
      description:
        'Alerts that fire now for the selected environments and services, and those of the Collector.',
      unit: unit.none,
      noValue: 'Prometheus does not answer',
      width: 6,
      threshold: 1,
      query: `count(${firingAlerts()}) or vector(0)`,
    }),
    number({
      title: 'Error rate',
      description:
        'Failed calls as a share of all calls in the time range. What a retry mended has not failed. Coloured from the threshold of LLMHighErrorRate.',
      unit: unit.share,
      noValue: noCalls,
      width: 6,
      threshold: threshold('LLMHighErrorRate'),
      query: `${orZero(increase(calls, { where: failed }), increase(calls))} / ${increase(calls)}`,
      links: [failedCalls],
    }),
    number({
      title: 'Latency p95',
      description:
        '95% of the calls in the time range took no longer, from the request to the last chunk. Interpolated within the buckets of the histogram. Coloured from the threshold of LLMHighLatency.',
      unit: unit.seconds,
      noValue: noCalls,
      width: 6,
      threshold: threshold('LLMHighLatency'),
      query: quantile(0.95, metric.duration, 'range'),
      links: [slowCalls],
    }),
    number({
      title: 'First chunk p95',
      description: '95% of the streamed calls in the time range began to answer no later. Interpolated.',
      unit: unit.seconds,
      noValue: 'No streamed calls in this time',
      width: 6,
      query: quantile(0.95, metric.firstChunk, 'range'),
    }),
    number({
      title: 'Calls',
      description:
        'Model calls in the time range, embeddings included, failed ones included. A call that the SDK repeated counts once.',
      unit: unit.count,
      noValue: noCalls,
      width: 6,
      query: `round(${increase(calls)})`,
    }),
    number({
      title: 'Spend today',
      description:
        'Since midnight, however long the time range; of all of it where it has a fixed beginning and end. All parts of the cost added up. Calls without a price are not in it, see "Unpriced calls".',
      unit: unit.dollars,
      noValue: 'No priced calls today',
      width: 6,
      query: increase(cost),
      day: true,
    }),
    number({
      title: 'Rate-limited, 1 h',
      description:
        'HTTP attempts answered with 429 in the last hour of the time range, retries hidden by SDKs included. Coloured from the threshold of LLMRateLimiting, which holds for each service and model by itself.',
      unit: unit.none,
      noValue: 'No HTTP attempts seen',
      width: 6,
      threshold: threshold('LLMRateLimiting') + 1,
      query: `round(${orZero(increase(attempts, { where: rateLimited, over: '1h' }), increase(attempts, { over: '1h' }))})`,
      links: [limitedAttempts],
    }),
    number({
      title: 'Unpriced calls',
      description:
        'Calls in the time range whose model has no price. They are in no cost figure. Any at all is coloured, as LLMUnpricedModel fires.',
      unit: unit.none,
      noValue: noCalls,
      width: 6,
      threshold: 1,
      query: `round(${orZero(increase(unpriced), increase(calls))})`,
    }),

    graph({
      title: 'Calls',
      description: 'Model calls per second by service, failed ones included.',
      unit: unit.callsPerSecond,
      noValue: noCalls,
      width: 8,
      stacked: true,
      series: [{ query: rate(calls, { by: [label.service] }), name: `{{${label.service}}}` }],
    }),
    graph({
      title: 'Error rate',
      description:
        'Failed calls as a share of all calls, by service and model as the alert LLMHighErrorRate looks at them. The line is its threshold; the alert also needs five failed calls in half an hour.',
      unit: unit.share,
      noValue: noCalls,
      width: 8,
      threshold: threshold('LLMHighErrorRate'),
      reaches: 2 * threshold('LLMHighErrorRate'),
      series: [
        {
          query: `${orZero(rate(calls, { ...serviceAndModel, where: failed }), rate(calls, serviceAndModel))} / ${rate(calls, serviceAndModel)}`,
          name: serviceAndModelName,
        },
      ],
      links: [failedCalls],
    }),
    graph({
      title: 'Latency',
      description:
        'Quantiles of the duration of calls, from the request to the last chunk; interpolated within the buckets of the histogram. Dots are sample calls and open their trace. The line is the threshold of LLMHighLatency for the p95 of one service and model.',
      unit: unit.seconds,
      noValue: noCalls,
      width: 8,
      threshold: threshold('LLMHighLatency'),
      series: [
        { query: quantile(0.5, metric.duration, 'rate'), name: 'p50' },
        { query: quantile(0.95, metric.duration, 'rate'), name: 'p95', exemplars: true },
        { query: quantile(0.99, metric.duration, 'rate'), name: 'p99' },
      ],
      links: [slowCalls],
    }),

    graph({
      title: 'Time to first chunk',
      description:
        'Quantiles of the time from the request to the first chunk of the answer, for streamed calls only.',
      unit: unit.seconds,
      noValue: 'No streamed calls in this time',
      width: 8,
      series: [
        { query: quantile(0.5, metric.firstChunk, 'rate'), name: 'p50' },
        { query: quantile(0.95, metric.firstChunk, 'rate'), name: 'p95' },
        { query: quantile(0.99, metric.firstChunk, 'rate'), name: 'p99' },
      ],
    }),
    graph({
      title: 'Spend by model',
      description: 'Cost per hour at the present rate, by requested model.',
      unit: unit.dollarsPerHour,
      noValue: 'No priced calls in this time',
      width: 8,
      stacked: true,
      minInterval: '1m',
      series: [{ query: `${rate(cost, { by: [label.model] })} * 3600`, name: `{{${label.model}}}` }],
    }),
    graph({
      title: 'Spend by part',
      description:
        'Cost per hour at the present rate: input that was not cached, input read from the cache, input written to it, and output.',
      unit: unit.dollarsPerHour,
      noValue: 'No priced calls in this time',
      width: 8,
      stacked: true,
      minInterval: '1m',
      series: [{ query: `${rate(cost, { by: [label.component] })} * 3600`, name: `{{${label.component}}}` }],
    }),

    graph({
      title: 'Tokens per minute',
      description: 'Input is what was neither read from nor written to the cache; output includes reasoning.',
      unit: unit.count,
      noValue: 'No calls with token usage in this time',
      width: 8,
      stacked: true,
      minInterval: '1m',
      series: [
        {
          query: `(${tokens(metric.inputTokens)} - (${tokens(metric.cacheReadTokens)} or vector(0)) - (${tokens(metric.cacheWriteTokens)} or vector(0))) * 60`,
          name: 'input',
        },
        { query: `${tokens(metric.cacheReadTokens)} * 60`, name: 'cache_read' },
        { query: `${tokens(metric.cacheWriteTokens)} * 60`, name: 'cache_write' },
        { query: `${tokens(metric.outputTokens)} * 60`, name: 'output' },
      ],
    }),
    graph({
      title: 'Rate-limited attempts',
      description:
        'HTTP attempts answered with 429 in the hour before each point, by service and model. The line is the threshold of LLMRateLimiting.',
      unit: unit.count,
      noValue: 'No attempt was rate-limited',
      width: 8,
      threshold: threshold('LLMRateLimiting'),
      series: [
        {
          query: `round(${increase(attempts, { ...serviceAndModel, where: rateLimited, over: '1h' })})`,
          name: serviceAndModelName,
        },
      ],
      links: [limitedAttempts],
    }),
    bars({
      title: 'Spend of 24 h against the usual',
      description:
        'What each service spent in the last 24 hours as a share of its average day in the 7 days before; 100% is as usual. Narrowed by environment and service only. Coloured from the threshold of LLMCostSpike.',
      unit: unit.share,
      noValue: 'Needs nine days of data',
      width: 8,
      threshold: threshold('LLMCostSpike'),
      series: {
        query: `${daySpend}${selectedServices} / ${usualSpend}${selectedServices}`,
        name: `{{${label.service}}}`,
      },
    }),

    rows({
      title: 'Which alerts fire?',
      description:
        'Alerts that fire now for the selected environments and services, and those of the Collector, from the rules in Prometheus.',
      unit: unit.none,
      noValue: 'No alert fires',
      width: 24,
      query: `sum by (severity, alertname, ${label.environment}, ${label.service}, ${label.provider}, ${label.model}, instance) (${firingAlerts()})`,
      sortBy: 'Severity',
      columns: {
        severity: 'Severity',
        alertname: 'Alert',
        [label.environment]: 'Environment',
        [label.service]: 'Service',
        [label.provider]: 'Provider',
        [label.model]: 'Model',
        instance: 'Collector',
      },
      cellLinks: {
        Alert: {
          title: 'Runbook',
          url: 'https://github.com/genai-otel-kit/genai-otel-kit/blob/main/alerts/runbooks/${__value.raw}.md',
        },
      },
    }),
  ],
)
