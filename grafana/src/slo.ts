import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from './dashboard.ts'
import { failedCalls } from './errors.ts'
import { limit } from './limits.ts'
import { bars, graph, number, table } from './panel.ts'
import {
  above0,
  calls,
  failed,
  increase,
  label,
  legend,
  matches,
  metric,
  orZero,
  shareAbove,
} from './query.ts'
import { type Unit, unit } from './theme.ts'
import { selectedCalls, traceLink } from './trace-link.ts'

// From recording rules, which keep no feature: 30 days of them are read at a glance.
const recorded = (what: 'calls' | 'errors' | 'slow') =>
  `service_model:gen_ai_client_inference_${what}:increase5m{${(['environment', 'service', 'provider', 'model'] as const).map(matches).join(', ')}}`
const total = (what: 'calls' | 'errors' | 'slow', over: string, by: readonly string[]) => {
  const series = `sum_over_time(${recorded(what)}[${over}])`
  return by.length > 0 ? `sum by (${by.join(', ')}) (${series})` : `sum(${series})`
}

/** What an objective is about: bad calls, and how many may be. */
interface Objective {
  bad: 'errors' | 'slow'
  allowed: string
}
const succeed: Objective = { bad: 'errors', allowed: '(1 - scalar(llm:error_slo_ratio:objective))' }
const inTime: Objective = { bad: 'slow', allowed: '(1 - scalar(llm:latency_slo_ratio:objective))' }
const seconds = limit('llm:latency_slo_seconds:threshold')
const percent = (ratio: number) => `${Number((ratio * 100).toFixed(3))}%`
const promised = {
  errors: `${percent(limit('llm:error_slo_ratio:objective'))} of calls succeed`,
  slow: `${percent(limit('llm:latency_slo_ratio:objective'))} of calls end within ${seconds} s`,
}

const share = ({ bad }: Objective, over: string, by: readonly string[] = []) =>
  `${orZero(total(bad, over, by), total('calls', over, by))} / ${total('calls', over, by)}`
const burn = (objective: Objective, over: string, by: readonly string[] = []) =>
  `${share(objective, over, by)} / ${objective.allowed}`
const left = (objective: Objective, by: readonly string[] = []) => `1 - ${burn(objective, '30d', by)}`

const noRecords =
  'No model calls in 30 days (they are added up every 5 minutes), or the recording rules in alerts/ are not loaded'
/** As it stands in a small panel. */
const notYet = 'Added up every 5 min'
const serviceAndModel = [label.service, label.model]

const figure = (
  title: string,
  description: string,
  query: string,
  of: Unit,
  threshold: number,
  least: boolean,
) => number({ title, description, unit: of, noValue: notYet, width: 4, decimals: 1, threshold, least, query })

const burning = (title: string, objective: Objective) =>
  graph({
    title,
    description: `How many times faster than evenly over 30 days the budget was used in the hour before each moment, by service: 1 uses it up exactly. The line is where it pages (llm:burn_rate_1h:threshold). The promise: ${promised[objective.bad]}.`,
    unit: unit.times,
    noValue: noRecords,
    width: 12,
    threshold: limit('llm:burn_rate_1h:threshold'),
    reaches: 1.2 * limit('llm:burn_rate_1h:threshold'),
    series: [{ query: burn(objective, '1h', [label.service]), name: legend(label.service) }],
    drill: { to: 'slo', set: 'service', from: `__field.labels.${label.service}` },
  })

const leftColumn = (objective: Objective) => ({
  query: left(objective, serviceAndModel),
  unit: unit.share,
  decimals: 0,
})
const burnColumn = (objective: Objective) => ({
  query: burn(objective, '1h', serviceAndModel),
  unit: unit.times,
  decimals: 1,
  threshold: limit('llm:burn_rate_1h:threshold'),
})

/** Calls of the time range that used a budget, by a label. */
interface Burnt {
  description: string
  noValue: string
  count: (by: string) => string
  link: DashboardLinkBuilder
}
const failures: Burnt = {
  description: 'Failed calls in the time range: what used the budget of failures.',
  noValue: 'No failed calls in this time',
  count: (by) => increase(calls, { by: [by], where: failed }),
  link: failedCalls,
}
const slowCalls: Burnt = {
  description: `Calls in the time range over ${seconds} s, failed ones included: what used the budget of slow calls.`,
  noValue: `No call over ${seconds} s in this time`,
  count: (by) =>
    `${increase(calls, { by: [by] })} * (${shareAbove(seconds, metric.duration, increase, { by: [by] })})`,
  link: traceLink('Slow calls', `{ ${selectedCalls} && duration > ${seconds}s }`),
}
const burntBy = (title: string, by: string, { description, noValue, count, link }: Burnt) =>
  bars({
    title,
    description,
    unit: unit.count,
    noValue,
    width: 6,
    series: [{ query: above0(`round(${count(by)})`), name: legend(by) }],
    links: [link],
  })

export const slo = dashboard(
  'slo',
  'GenAI service levels',
  `Do we keep our promises (${promised.errors}; ${promised.slow}), and what breaks them?`,
  {
    '': [
      figure(
        'Succeeded',
        `Calls of the last 30 days that succeeded, retries included. Promised: ${promised.errors}.`,
        `1 - ${share(succeed, '30d')}`,
        unit.share,
        limit('llm:error_slo_ratio:objective'),
        true,
      ).decimals(2),
      figure(
        'Errors: left',
        'What is left of the budget of failed calls of the last 30 days; below 0 the promise is broken.',
        left(succeed),
        unit.share,
        0,
        true,
      ),
      figure(
        'Errors: burn',
        'How many times faster than evenly the budget of failed calls was used in the last hour. Coloured from where it pages.',
        burn(succeed, '1h'),
        unit.times,
        limit('llm:burn_rate_1h:threshold'),
        false,
      ),
      figure(
        'In time',
        `Calls of the last 30 days that ended within ${seconds} s. Promised: ${promised.slow}.`,
        `1 - ${share(inTime, '30d')}`,
        unit.share,
        limit('llm:latency_slo_ratio:objective'),
        true,
      ).decimals(2),
      figure(
        'Latency: left',
        'What is left of the budget of slow calls of the last 30 days; below 0 the promise is broken.',
        left(inTime),
        unit.share,
        0,
        true,
      ),
      figure(
        'Latency: burn',
        'How many times faster than evenly the budget of slow calls was used in the last hour. Coloured from where it pages.',
        burn(inTime, '1h'),
        unit.times,
        limit('llm:burn_rate_1h:threshold'),
        false,
      ),
      burning('How fast do failures use the budget?', succeed),
      burning('How fast do slow calls use the budget?', inTime),
    ],

    'Whose budget, and what burnt it?': [
      table({
        title: 'Budgets by service and model',
        description:
          'The last 30 days: shares of failed and of slow calls, what is left of each budget, and how fast it was used in the last hour.',
        noValue: noRecords,
        width: 24,
        by: { [label.service]: 'Service', [label.model]: 'Model' },
        columns: {
          Failed: { query: share(succeed, '30d', serviceAndModel), unit: unit.share, decimals: 2 },
          'Errors: left': leftColumn(succeed),
          'Errors: burn': burnColumn(succeed),
          Slow: { query: share(inTime, '30d', serviceAndModel), unit: unit.share, decimals: 2 },
          'Latency: left': leftColumn(inTime),
          'Latency: burn': burnColumn(inTime),
        },
        sortBy: 'Errors: burn',
        cellLinks: { Service: { to: 'errors', set: 'service' }, Model: { to: 'models', set: 'model' } },
      }),
      burntBy('Failed calls by reason', label.error, failures),
      burntBy('Failed calls by feature', label.feature, failures),
      burntBy('Slow calls by model', label.model, slowCalls),
      burntBy('Slow calls by feature', label.feature, slowCalls),
    ],
  },
)
