import { spendForecast, spendToday, spendYesterday } from './cost.ts'
import { dashboard, firingAlerts } from './dashboard.ts'
import { errorRateGraph, errorRateNumber, rateLimitedGraph, rateLimitedNumber } from './errors.ts'
import { firstChunkNumber, latencyGraph, latencyNumber } from './latency.ts'
import { limit } from './limits.ts'
import { dashboardLink } from './links.ts'
import { noCalls, noCost, noStreams, uncached } from './measures.ts'
import { bars, graph, names, number, rows, table } from './panel.ts'
import {
  calls,
  cost,
  increase,
  label,
  legend,
  matches,
  metric,
  quantile,
  rate,
  type Source,
  type Take,
  tokens,
} from './query.ts'
import { down } from './stores.ts'
import { unit } from './theme.ts'

const featureAndModel = { by: [label.feature, label.model] }
/** The time before the dashboard's time range, as long as that. */
const before: Take = (source, aggregation) => increase(source, { ...aggregation, before: '$__range' })

/** What came since the time before, which is as long: something new counts whole, and so does what is gone. */
const change = (series: Source) => {
  const [now, then] = [increase(series, featureAndModel), before(series, featureAndModel)]
  return `(${now} or 0 * ${then}) - (${then} or 0 * ${now})`
}

const usualSpend = 'service:gen_ai_client_inference_usage_cost:avg7d_increase1d'
const daySpend = 'service:gen_ai_client_inference_usage_cost:increase1d'
const selectedServices = `{${matches('environment')}, ${matches('service')}}`

export const overview = dashboard(
  'overview',
  'GenAI overview',
  'Is it healthy, what does it cost today, what changed?',
  {
    '': [
      number({
        title: 'Firing alerts',
        description:
          'Alerts that fire now for the selected environments and services, and those of the Collector and the stores.',
        unit: unit.none,
        noValue: 'Prometheus does not answer',
        width: 4,
        threshold: 1,
        query: `count(${firingAlerts()}) or vector(0)`,
      }),
      errorRateNumber(4),
      latencyNumber(0.5),
      latencyNumber(0.95),
      latencyNumber(0.99),
      firstChunkNumber(),

      number({
        title: 'Calls',
        description:
          'Model calls in the time range, embeddings included, failed ones included. A call that the SDK repeated counts once.',
        unit: unit.count,
        noValue: noCalls,
        width: 4,
        query: `round(${increase(calls)})`,
      }),
      number({
        title: 'Tokens',
        description: 'Input and output tokens of the calls in the time range, cached ones included.',
        unit: unit.count,
        noValue: 'No calls with token usage in this time',
        width: 4,
        query: `round(${increase(tokens.input)} + ${increase(tokens.output)})`,
      }),
      spendToday(),
      spendForecast(),
      spendYesterday(),
      rateLimitedNumber(4),

      names({
        title: 'What is down?',
        description: `${down.description} Numbers on this page may be short then.`,
        unit: unit.none,
        noValue: 'Prometheus does not answer',
        width: 24,
        query: down.query,
        links: [dashboardLink('pipeline', 'Pipeline')],
      }),

      latencyGraph(8),
      errorRateGraph(8),
      graph({
        title: 'Spend by model',
        description: 'Cost per hour at the rate of each moment, by requested model.',
        unit: unit.dollarsPerHour,
        noValue: noCost,
        width: 8,
        stacked: true,
        minStep: '1m',
        series: [{ query: `${rate(cost, { by: [label.model] })} * 3600`, name: legend(label.model) }],
        drill: { to: 'cost', set: 'model', from: `__field.labels.${label.model}` },
      }),
    ],

    'What changed, and what is wrong?': [
      table({
        title: 'Top movers',
        description:
          'Spend, calls and p95 of each feature and model in the time range, against the time before, which is as long. The largest rise of spend is first, the largest fall last.',
        noValue: noCost,
        width: 24,
        by: { [label.feature]: 'Feature', [label.model]: 'Model' },
        columns: {
          '± spend': { query: change(cost), unit: unit.dollars },
          Spend: { query: increase(cost, featureAndModel), unit: unit.dollars },
          '± calls': { query: `round(${change(calls)})`, unit: unit.count },
          Calls: { query: `round(${increase(calls, featureAndModel)})`, unit: unit.count },
          'p95 before': {
            query: quantile(0.95, metric.duration, before, featureAndModel),
            unit: unit.seconds,
          },
          p95: { query: quantile(0.95, metric.duration, increase, featureAndModel), unit: unit.seconds },
        },
        sortBy: '± spend',
        cellLinks: { Feature: { to: 'cost', set: 'feature' }, Model: { to: 'models', set: 'model' } },
      }),
      rows({
        title: 'Which alerts fire?',
        description:
          'Alerts that fire now for the selected environments and services, and those of the Collector and the stores, from the rules in Prometheus. Each name opens its runbook.',
        unit: unit.none,
        noValue: 'No alert fires',
        width: 24,
        height: 6,
        query: `sum by (severity, alertname, ${label.service}, ${label.model}, instance) (${firingAlerts()})`,
        sortBy: 'Severity',
        columns: {
          severity: 'Severity',
          alertname: 'Alert',
          [label.service]: 'Service',
          [label.model]: 'Model',
          instance: 'Collector',
        },
        cellLinks: {
          Alert: {
            title: 'Runbook',
            url: 'https://github.com/genai-otel-kit/genai-otel-kit/blob/main/alerts/runbooks/${__value.raw}.md',
          },
          Service: { to: 'errors', set: 'service' },
        },
      }),
    ],

    'How much, how fast?': [
      graph({
        title: 'Calls by service',
        description: 'Model calls per second by service, failed ones included.',
        unit: unit.callsPerSecond,
        noValue: noCalls,
        width: 8,
        stacked: true,
        series: [{ query: rate(calls, { by: [label.service] }), name: legend(label.service) }],
        drill: { to: 'latency', set: 'service', from: `__field.labels.${label.service}` },
      }),
      graph({
        title: 'Time to first chunk',
        description:
          'Quantiles of the time from the request to the first chunk of the answer, for streamed calls only. Dots are sample calls and open their trace.',
        unit: unit.seconds,
        noValue: noStreams,
        width: 8,
        series: [
          { query: quantile(0.5, metric.firstChunk, rate), name: 'p50' },
          { query: quantile(0.95, metric.firstChunk, rate), name: 'p95', exemplars: true },
          { query: quantile(0.99, metric.firstChunk, rate), name: 'p99' },
        ],
      }),
      graph({
        title: 'Tokens per minute',
        description:
          'Input is what was neither read from nor written to the cache; output includes reasoning.',
        unit: unit.count,
        noValue: 'No calls with token usage in this time',
        width: 8,
        stacked: true,
        minStep: '1m',
        series: [
          { query: `${uncached(rate)} * 60`, name: 'input' },
          { query: `${rate(tokens.cacheRead)} * 60`, name: 'cache_read' },
          { query: `${rate(tokens.cacheWrite)} * 60`, name: 'cache_write' },
          { query: `${rate(tokens.output)} * 60`, name: 'output' },
        ],
      }),
      graph({
        title: 'Spend by part',
        description:
          'Cost per hour at the rate of each moment: input that was not cached, input read from the cache, input written to it, and output.',
        unit: unit.dollarsPerHour,
        noValue: noCost,
        width: 8,
        stacked: true,
        minStep: '1m',
        series: [{ query: `${rate(cost, { by: [label.component] })} * 3600`, name: legend(label.component) }],
      }),
      rateLimitedGraph(8),
      bars({
        title: 'Spend of 24 h against the usual',
        description:
          'What each service spent in the last 24 hours as a share of its average day in the 7 days before; 100% is as usual. Narrowed by environment and service only. Coloured from the threshold of LLMCostSpike.',
        unit: unit.share,
        noValue: 'Needs nine days of data',
        width: 8,
        threshold: limit('llm:cost_1d_factor:threshold'),
        series: [
          {
            query: `${daySpend}${selectedServices} / ${usualSpend}${selectedServices}`,
            name: legend(label.service),
          },
        ],
      }),
    ],
  },
)
