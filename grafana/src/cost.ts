import { dashboard } from './dashboard.ts'
import { limit } from './limits.ts'
import { dashboardLink } from './links.ts'
import { costPerCall, hitRate, noCache, noCalls, noCost, saving } from './measures.ts'
import { bars, graph, number, table } from './panel.ts'
import {
  above0,
  calls,
  cost,
  increase,
  label,
  legend,
  matches,
  metric,
  orZero,
  quantile,
  rate,
  ratio,
  sum,
  tokens,
  unpriced,
} from './query.ts'
import { unit } from './theme.ts'
import { countsOnce, once, selectedCalls } from './trace-link.ts'
import { field, spans } from './traces.ts'

const featureAndModel = { by: [label.feature, label.model] }
// A decimal, as Tempo does not compare the cost with a whole number.
const priced = `${selectedCalls} && span.gen_ai.usage.cost.amount > 0.0`

// What other dashboards show too is a function: a panel belongs to one dashboard.

/** A graph of USD per hour by one label. */
const spendBy = (what: string, by: string, width: number) =>
  graph({
    title: `Spend by ${what}`,
    description: `Cost per hour at the rate of each moment, by ${what}.`,
    unit: unit.dollarsPerHour,
    noValue: noCost,
    width,
    stacked: true,
    minStep: '1m',
    series: [{ query: `${rate(cost, { by: [by] })} * 3600`, name: legend(by) }],
  })

/** The day so far, and the rest of it at the rate of the last hour. */
const forecast = `${increase(cost)} + ${increase(cost, { over: '1h' })} / 3600 * (86400 - $__range_s)`

export const spendToday = () =>
  number({
    title: 'Spend today',
    description:
      'Since midnight, however long the time range; of all of it where it has a fixed beginning and end. All parts of the cost added up. Calls without a price are not in it, see "Unpriced".',
    unit: unit.dollars,
    noValue: 'No priced calls today',
    width: 4,
    query: increase(cost),
    day: 'today',
  })
export const spendForecast = () =>
  number({
    title: 'Forecast',
    description:
      'Spend since midnight, and the rest of the day at the rate of the last hour. Coloured from the daily budget (llm:cost_usd_daily:budget) on, which is for one environment as a whole.',
    unit: unit.dollars,
    noValue: 'No priced calls today',
    width: 4,
    threshold: limit('llm:cost_usd_daily:budget'),
    query: forecast,
    day: 'today',
  })
export const spendYesterday = () =>
  number({
    title: 'Yesterday',
    description: 'Spend from midnight until this time of day, yesterday.',
    unit: unit.dollars,
    noValue: 'No priced calls yesterday',
    width: 4,
    query: increase(cost),
    day: 'yesterday',
  })
const unpricedCalls = () =>
  number({
    title: 'Unpriced',
    description:
      'Calls in the time range whose model has no price. They are in no cost figure. Any at all is coloured, as LLMUnpricedModel fires.',
    unit: unit.none,
    noValue: noCalls,
    width: 4,
    threshold: 1,
    query: `round(${orZero(increase(unpriced), increase(calls))})`,
  })

/** A graph of how many tokens large calls have. */
const tokensOfCall = (what: 'Input' | 'Output', note: string, histogram: string) =>
  graph({
    title: `${what} tokens of a call (p95)`,
    description: `95% of the calls of each feature had no more ${what.toLowerCase()} tokens. ${note} Interpolated. Dots are sample calls and open their trace.`,
    unit: unit.count,
    noValue: 'No calls with token usage in this time',
    width: 6,
    minStep: '1m',
    series: [
      {
        query: quantile(0.95, histogram, rate, { by: [label.feature] }),
        name: legend(label.feature),
        exemplars: true,
      },
    ],
  })

/** What `npm run invoice -- --write` sent last: a point a day, of which the last two days hold one. */
const invoiced = (gauge: string, by: readonly string[], where = '') =>
  `max by (${by.join(', ')}) (last_over_time(${gauge}{${[matches('provider'), where].filter(Boolean).join(', ')}}[2d]))`
const byProvider = [label.provider]
const charged = invoiced('genai_invoice_cost', byProvider, 'genai_invoice_by="provider"')
const counted = invoiced('genai_invoice_cost', byProvider, 'genai_invoice_by="kit"')
const offBy = invoiced('genai_invoice_difference', [...byProvider, 'genai_invoice_reason'])
const notCompared = 'Nothing compared: npm run invoice -- --write'

export const costs = dashboard(
  'cost',
  'GenAI cost',
  'What is spent, on what, why, and what would be cheaper?',
  {
    '': [
      number({
        title: 'Spend',
        description: 'Cost of the calls in the time range, all parts added up.',
        unit: unit.dollars,
        noValue: noCost,
        width: 4,
        query: increase(cost),
      }),
      spendToday(),
      spendForecast(),
      spendYesterday(),
      number({
        title: '1,000 calls',
        description:
          'Spend in the time range for each 1,000 calls. Failed and unpriced calls count as calls, and cost nothing.',
        unit: unit.dollars,
        noValue: noCost,
        width: 4,
        query: `${costPerCall(increase)} * 1000`,
      }),
      number({
        title: 'Cache saved',
        description:
          'What the cached tokens would have cost as plain input, less what reading and writing them cost. Plain input is priced as the last day’s calls of the same model were.',
        unit: unit.dollars,
        noValue: noCache,
        width: 4,
        query: saving(increase),
        // From the number: beside it, a link's sign would leave no room for the title.
      }).dataLinks([dashboardLink('cache', 'What caching saves')]),

      bars({
        title: 'Which feature costs most?',
        description: 'Spend in the time range by feature (app.feature). Calls that name none are one bar.',
        unit: unit.dollars,
        noValue: noCost,
        width: 8,
        series: [{ query: increase(cost, { by: [label.feature] }), name: legend(label.feature) }],
        drill: { to: 'cost', set: 'feature', from: `__field.labels.${label.feature}` },
      }),
      table({
        title: 'Why does it? Each feature and model',
        description:
          'Spend in the time range is calls × cost of a call, here of 1,000; a call costs by its tokens (input and output of each), its model, and how much of its input came from the cache.',
        noValue: noCost,
        width: 16,
        by: { [label.feature]: 'Feature', [label.model]: 'Model' },
        columns: {
          Spend: { query: increase(cost, featureAndModel), unit: unit.dollars, bar: true },
          Calls: { query: `round(${increase(calls, featureAndModel)})`, unit: unit.count },
          'Per 1,000': {
            query: `${costPerCall(increase, featureAndModel)} * 1000`,
            unit: unit.dollars,
          },
          'Input each': {
            query: ratio(tokens.input, calls, increase, featureAndModel),
            unit: unit.none,
            decimals: 0,
          },
          'Output each': {
            query: ratio(tokens.output, calls, increase, featureAndModel),
            unit: unit.none,
            decimals: 0,
          },
          Cached: { query: hitRate(increase, featureAndModel), unit: unit.share, decimals: 0 },
        },
        sortBy: 'Spend',
        cellLinks: {
          Feature: { to: 'cost', set: 'feature' },
          Model: { to: 'models', set: 'model' },
        },
      }),
    ],

    'Where does the money go?': [
      spendBy('part', label.component, 8),
      spendBy('model', label.model, 8),
      spendBy('feature', label.feature, 8),
      spendBy('service', label.service, 8),
      spendBy('endpoint', label.endpoint, 8),
      bars({
        title: 'Which part costs most?',
        description:
          'Spend in the time range: input that was not cached, input read from the cache, input written to it, and output with reasoning.',
        unit: unit.dollars,
        noValue: noCost,
        width: 8,
        series: [{ query: increase(cost, { by: [label.component] }), name: legend(label.component) }],
      }),
    ],

    'Is it getting dearer?': [
      graph({
        title: 'Cost of 1,000 calls',
        description: 'Cost for each 1,000 calls at each moment, by model.',
        unit: unit.dollars,
        noValue: noCost,
        width: 6,
        minStep: '1m',
        series: [{ query: `${costPerCall(rate, { by: [label.model] })} * 1000`, name: legend(label.model) }],
        drill: { to: 'models', set: 'model', from: `__field.labels.${label.model}` },
      }),
      tokensOfCall('Input', 'Cached ones included.', metric.inputTokens),
      tokensOfCall('Output', 'Output is dearer.', metric.outputTokens),
      graph({
        title: 'Spend of 24 h against the budget',
        description:
          'Spend of the 24 hours before each moment, by environment; services, features, providers and models are not told apart. The line is the daily budget (llm:cost_usd_daily:budget).',
        unit: unit.dollars,
        noValue: 'No priced calls in the last day',
        width: 6,
        threshold: limit('llm:cost_usd_daily:budget'),
        reaches: limit('llm:cost_usd_daily:budget'),
        series: [
          {
            query: sum(
              `service:gen_ai_client_inference_usage_cost:increase1d{${label.environment}=~"$environment"}`,
              [label.environment],
            ),
            name: legend(label.environment),
          },
        ],
      }),
    ],

    'Does the invoice agree?': [
      table({
        title: 'Which invoice differs?',
        description:
          'What each provider charges for the day that was compared last, and what was counted of it, as npm run invoice found. Off is the sum of what single models differ by, whichever way. Services and models are not told apart.',
        noValue: notCompared,
        width: 12,
        height: 5,
        by: { [label.provider]: 'Provider' },
        columns: {
          Day: { query: `${invoiced('genai_invoice_day_seconds', byProvider)} * 1000`, unit: unit.moment },
          Charged: { query: charged, unit: unit.dollars },
          Counted: { query: counted, unit: unit.dollars },
          Off: { query: sum(offBy, byProvider), unit: unit.dollars },
        },
        sortBy: 'Off',
      }),
      bars({
        title: 'Why does it?',
        description:
          'What the invoices and the counters differ by for that day, by likely reason. docs/invoice.md says what each reason means.',
        unit: unit.dollars,
        noValue: 'Nothing compared, or no difference',
        width: 12,
        height: 5,
        series: [
          { query: above0(sum(offBy, ['genai_invoice_reason'])), name: legend('genai_invoice_reason') },
        ],
      }),
    ],

    'What has no price, and what was dear?': [
      unpricedCalls(),
      table({
        title: 'Which calls have no price?',
        description:
          'Calls with token usage in the time range whose model has no price. Give it one in collector/price/overrides.yaml.',
        noValue: 'Every call has a price',
        width: 20,
        height: 5,
        by: {
          [label.service]: 'Service',
          [label.provider]: 'Provider',
          [label.model]: 'Model',
          [label.responseModel]: 'Answered by',
        },
        columns: {
          Calls: {
            query: above0(
              `round(${increase(unpriced, { by: [label.service, label.provider, label.model, label.responseModel] })})`,
            ),
            unit: unit.count,
          },
        },
        sortBy: 'Calls',
      }),
      spans({
        title: 'The most expensive of 500 traces',
        description: `Cost of all calls of a trace added up, of up to 500 traces in the time range that Tempo finds first: where there are more, choose a shorter time or a feature. A trace is what one request did. ${countsOnce}`,
        noValue: 'No priced calls in Tempo in this time',
        width: 12,
        query: `${once(priced)} | select(span.gen_ai.usage.cost.amount, span.gen_ai.usage.input_tokens, span.gen_ai.usage.output_tokens, span.app.feature)`,
        limit: 500,
        group: true,
        columns: {
          [field.trace]: { title: 'Trace' },
          'app.feature': { title: 'Feature' },
          'gen_ai.usage.cost.amount': { title: 'Cost', take: 'sum', unit: unit.dollars, decimals: 4 },
          [field.span]: { title: 'Calls', take: 'count' },
          'gen_ai.usage.input_tokens': { title: 'Input', take: 'sum', unit: unit.count },
          'gen_ai.usage.output_tokens': { title: 'Output', take: 'sum', unit: unit.count },
        },
        sortBy: 'Cost',
      }),
      spans({
        title: 'The most expensive conversations, of 500 traces',
        description: `Cost of all calls of a conversation (gen_ai.conversation.id) added up, of up to 500 traces in the time range that Tempo finds first: where there are more, choose a shorter time or a feature. Metrics do not know conversations. ${countsOnce}`,
        noValue: 'No calls that name a conversation in Tempo in this time',
        width: 12,
        query: `${once(`${priced} && span.gen_ai.conversation.id != nil`)} | select(span.gen_ai.usage.cost.amount, span.gen_ai.conversation.id, span.app.user_id)`,
        limit: 500,
        group: true,
        columns: {
          'gen_ai.conversation.id': { title: 'Conversation' },
          'app.user_id': { title: 'User' },
          'gen_ai.usage.cost.amount': { title: 'Cost', take: 'sum', unit: unit.dollars, decimals: 4 },
          [field.span]: { title: 'Calls', take: 'count' },
          [field.start]: { title: 'Last call', take: 'max', unit: unit.moment },
        },
        sortBy: 'Cost',
      }),
    ],
  },
)
