import { dashboard } from './dashboard.ts'
import { limit } from './limits.ts'
import { attemptsPerCall, errorRate, finishRate, noAttempts, noCalls, noRetries } from './measures.ts'
import { bars, graph, number, table } from './panel.ts'
import {
  above0,
  attempts,
  calls,
  failed,
  finishes,
  increase,
  label,
  legend,
  orZero,
  overloaded,
  rate,
  rateLimited,
  ratio,
} from './query.ts'
import { unit } from './theme.ts'
import { anyCall, countsOnce, once, selectedAttempts, selectedCalls, traceLink } from './trace-link.ts'
import { callColumns, field, spans } from './traces.ts'

const serviceAndModel = { by: [label.service, label.model] }
const who = { by: [label.feature, label.service, label.model] }
const limited = above0(`round(${increase(attempts, { ...who, where: rateLimited })})`)

export const failedCalls = traceLink('Failed calls', `{ ${selectedCalls} && status = error }`)
export const limitedAttempts = traceLink(
  'Rate-limited attempts',
  `{ ${selectedAttempts} && span.http.response.status_code = 429 }`,
)
const noFinish = 'No answers that say why they ended in this time'

export const errorRateNumber = (width: number) =>
  number({
    title: 'Error rate',
    description:
      'Failed calls as a share of all calls in the time range. What a retry mended has not failed. Coloured from the threshold of LLMHighErrorRate.',
    unit: unit.share,
    noValue: noCalls,
    width,
    threshold: limit('llm:error_ratio:threshold'),
    query: errorRate(increase),
    links: [failedCalls],
  })
export const errorRateGraph = (width: number) =>
  graph({
    title: 'Error rate by service and model',
    description:
      'Failed calls as a share of all calls, by service and model as the alert LLMHighErrorRate looks at them. The line is its threshold; the alert also needs some failed calls.',
    unit: unit.share,
    noValue: noCalls,
    width,
    minStep: '1m',
    threshold: limit('llm:error_ratio:threshold'),
    series: [{ query: errorRate(rate, serviceAndModel), name: legend(...serviceAndModel.by) }],
    links: [failedCalls],
  })
export const rateLimitedNumber = (width: number) =>
  number({
    title: 'Rate limits',
    description:
      'HTTP attempts answered with 429 as a share of all in the time range, retries hidden by SDKs included. Coloured from the threshold of LLMRateLimiting, which holds for each service and model by itself.',
    unit: unit.share,
    noValue: noAttempts,
    width,
    threshold: limit('llm:rate_limited_ratio:threshold'),
    query: ratio(attempts, attempts, increase, { where: rateLimited }),
    links: [limitedAttempts],
  })

export const rateLimitedGraph = (width: number) =>
  graph({
    title: 'Rate-limited share',
    description:
      'HTTP attempts answered with 429 as a share of all, by service and model. The line is the threshold of LLMRateLimiting.',
    unit: unit.share,
    noValue: noAttempts,
    width,
    minStep: '1m',
    threshold: limit('llm:rate_limited_ratio:threshold'),
    series: [
      {
        query: ratio(attempts, attempts, rate, { ...serviceAndModel, where: rateLimited }),
        name: legend(...serviceAndModel.by),
      },
    ],
    links: [limitedAttempts],
  })

/** Calls by how often they were sent: a call that was resent n times has one attempt of each number up to n. */
const resent = (number: string) =>
  orZero(increase(attempts, { where: `${label.resend}="${number}"` }), increase(attempts))

export const errors = dashboard('errors', 'GenAI errors and limits', 'What fails, why, and who is hit?', {
  '': [
    errorRateNumber(4),
    rateLimitedNumber(4),
    number({
      title: 'Overloaded',
      description:
        'HTTP attempts answered with 529 or 503 as a share of all in the time range, retries included. Coloured from the threshold of LLMProviderOverloaded.',
      unit: unit.share,
      noValue: noAttempts,
      width: 4,
      threshold: limit('llm:overloaded_ratio:threshold'),
      query: ratio(attempts, attempts, increase, { where: overloaded }),
    }),
    number({
      title: 'Attempts/call',
      description:
        'HTTP requests for each call in the time range, of services that report attempts or whose SDK counts resends; 1 without retries. Coloured from the threshold of LLMRetryAmplification.',
      unit: unit.none,
      noValue: noRetries,
      width: 4,
      decimals: 2,
      threshold: limit('llm:attempts_per_call:threshold'),
      query: attemptsPerCall(increase),
    }),
    number({
      title: 'Cut off',
      description:
        'Answers that ended at a limit of tokens (length), as a share of those in the time range that say why they ended. Coloured from the threshold of LLMOutputTruncated.',
      unit: unit.share,
      noValue: noFinish,
      width: 4,
      threshold: limit('llm:truncated_ratio:threshold'),
      query: finishRate('length', increase),
    }),
    number({
      title: 'Refused',
      description:
        'Answers that a model refused or a filter stopped (content_filter), as a share of those in the time range that say why they ended. Coloured from the threshold of LLMRefusals.',
      unit: unit.share,
      noValue: noFinish,
      width: 4,
      threshold: limit('llm:refused_ratio:threshold'),
      query: finishRate('content_filter', increase),
    }),

    table({
      title: 'Who hits rate limits?',
      description:
        'HTTP attempts answered with 429 in the time range, retries included, and their share of all attempts; "failed" are calls that no retry saved.',
      noValue: 'No attempt was rate-limited in this time',
      width: 15,
      by: {
        [label.feature]: 'Feature',
        [label.service]: 'Service',
        [label.model]: 'Model',
      },
      columns: {
        Limited: {
          query: limited,
          unit: unit.count,
          bar: true,
        },
        Share: {
          query: `${increase(attempts, { ...who, where: rateLimited })} / ${increase(attempts, who)} and ${limited}`,
          unit: unit.share,
          decimals: 0,
          threshold: limit('llm:rate_limited_ratio:threshold'),
        },
        Failed: {
          query: `round(${orZero(increase(calls, { ...who, where: 'error_type="rate_limit_error"' }), limited)})`,
          unit: unit.count,
        },
      },
      sortBy: 'Limited',
      cellLinks: { Feature: { to: 'errors', set: 'feature' }, Service: { to: 'errors', set: 'service' } },
    }),
    graph({
      title: 'Failed calls by reason',
      description: 'Failed calls per second by error type, in the Anthropic API’s words for all providers.',
      unit: unit.callsPerSecond,
      noValue: 'No failed calls in this time',
      width: 9,
      stacked: true,
      series: [{ query: rate(calls, { by: [label.error], where: failed }), name: legend(label.error) }],
      links: [failedCalls],
    }),
  ],

  'What fails?': [
    errorRateGraph(8),
    bars({
      title: 'How many failed, and why',
      description: 'Failed calls in the time range by error type.',
      unit: unit.count,
      noValue: 'No failed calls in this time',
      width: 8,
      series: [
        {
          query: above0(`round(${increase(calls, { by: [label.error], where: failed })})`),
          name: legend(label.error),
        },
      ],
    }),
    graph({
      title: 'HTTP attempts that were refused',
      description:
        'HTTP attempts per second answered with 400 or more, by status, retries hidden by SDKs included. Attempts without any answer have no status.',
      unit: unit.perSecond,
      noValue: 'No attempt was refused in this time',
      width: 8,
      stacked: true,
      series: [
        {
          query: rate(attempts, { by: [label.status], where: `${label.status}=~"[45].."` }),
          name: legend(label.status),
        },
      ],
      links: [limitedAttempts],
    }),
    spans({
      title: 'Failed calls',
      description: `Calls that failed, the newest first: up to 100 traces that Tempo finds first. ${countsOnce}`,
      noValue: 'No failed calls in Tempo in this time',
      width: 24,
      query: `${once(`${selectedCalls} && status = error`, anyCall)} | select(span.app.feature, span.gen_ai.request.model, span.error.type, span.app.user_id)`,
      columns: {
        ...callColumns,
        'error.type': { title: 'Error' },
        'app.user_id': { title: 'User' },
        [field.duration]: { title: 'Took', unit: unit.nanoseconds },
      },
      sortBy: 'Began',
    }),
  ],

  'What do retries hide?': [
    bars({
      title: 'Attempts that calls needed',
      description:
        'Calls in the time range by their HTTP attempts, from the number of each resend. Needs spans of HTTP requests that count resends.',
      unit: unit.count,
      noValue: noAttempts,
      width: 6,
      series: [
        {
          query: `round(${increase(attempts, { where: `${label.resend}=""` })} - ${resent('1')})`,
          name: '1 attempt',
        },
        { query: `round(${resent('1')} - ${resent('2')})`, name: '2 attempts' },
        { query: `round(${resent('2')})`, name: '3 or more' },
      ],
    }),
    graph({
      title: 'Attempts per call',
      description:
        'HTTP requests for each call, by model, of services that report attempts or whose SDK counts resends; 1 without retries. The line is the threshold of LLMRetryAmplification.',
      unit: unit.none,
      noValue: noRetries,
      width: 9,
      decimals: 1,
      threshold: limit('llm:attempts_per_call:threshold'),
      reaches: 2,
      minStep: '1m',
      series: [{ query: attemptsPerCall(rate, { by: [label.model] }), name: legend(label.model) }],
    }),
    rateLimitedGraph(9),
    spans({
      title: 'Retried calls, and how long they took',
      description:
        'Traces with calls that were sent again: the most resends of one call, and its duration with all attempts and pauses. Up to 100 traces that Tempo finds first.',
      noValue: 'No call was retried in this time',
      width: 12,
      query: `{ ${selectedCalls} } &> { ${selectedAttempts} && span.http.request.resend_count >= 1 } | select(span.gen_ai.request.model, span.http.request.resend_count)`,
      group: true,
      columns: {
        [field.trace]: { title: 'Trace' },
        'gen_ai.request.model': { title: 'Model' },
        'http.request.resend_count': { title: 'Resent', take: 'max', unit: unit.count },
        [field.duration]: { title: 'Took', take: 'max', unit: unit.nanoseconds },
        [field.start]: { title: 'Last try', take: 'max', unit: unit.moment },
      },
      sortBy: 'Took',
    }),
    spans({
      title: 'How long did providers ask to wait?',
      description:
        'HTTP attempts that were answered with retry-after, and the seconds that it named. Needs a span with that header, as services/telemetry makes them.',
      noValue: 'No answer with retry-after in this time',
      width: 12,
      query: `{ ${selectedAttempts} && span.genai.attempt.retry_after >= 0.0 } | select(span.genai.attempt.retry_after, span.gen_ai.request.model, span.app.feature, span.http.response.status_code)`,
      group: true,
      columns: {
        'app.feature': { title: 'Feature' },
        'gen_ai.request.model': { title: 'Model' },
        'http.response.status_code': { title: 'Status' },
        [field.span]: { title: 'Attempts', take: 'count' },
        'genai.attempt.retry_after': { title: 'Longest wait', take: 'max', unit: unit.seconds },
      },
      sortBy: 'Longest wait',
    }),
  ],

  'How do answers end?': [
    graph({
      title: 'Answers by why they ended',
      description:
        'Answers per second by finish reason, in the conventions’ words: stop, length (cut off), tool_call, content_filter (refused).',
      unit: unit.callsPerSecond,
      noValue: noFinish,
      width: 8,
      stacked: true,
      series: [{ query: rate(finishes, { by: [label.finish] }), name: legend(label.finish) }],
    }),
    graph({
      title: 'Cut off, by feature',
      description:
        'Answers that ended at a limit of tokens as a share of those that say why they ended. The line is the threshold of LLMOutputTruncated.',
      unit: unit.share,
      noValue: noFinish,
      width: 8,
      threshold: limit('llm:truncated_ratio:threshold'),
      minStep: '1m',
      series: [{ query: finishRate('length', rate, { by: [label.feature] }), name: legend(label.feature) }],
    }),
    graph({
      title: 'Refused, by feature',
      description:
        'Answers that a model refused or a filter stopped as a share of those that say why they ended. The line is the threshold of LLMRefusals.',
      unit: unit.share,
      noValue: noFinish,
      width: 8,
      threshold: limit('llm:refused_ratio:threshold'),
      minStep: '1m',
      series: [
        { query: finishRate('content_filter', rate, { by: [label.feature] }), name: legend(label.feature) },
      ],
    }),
  ],
})
