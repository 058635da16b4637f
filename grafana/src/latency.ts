import { dashboard } from './dashboard.ts'
import { limit } from './limits.ts'
import { noAttempts, noCalls, noOutput, noRequests, noStreams, tokensPerSecond } from './measures.ts'
import { graph, heatmap, number, table } from './panel.ts'
import {
  calls,
  count,
  increase,
  label,
  legend,
  metric,
  orZero,
  phases,
  quantile,
  rate,
  requestVariables,
  type Take,
  total,
} from './query.ts'
import { unit } from './theme.ts'
import { countsOnce, once, selectedCalls, traceLink } from './trace-link.ts'
import { callColumns, field, spans } from './traces.ts'

const slowest = limit('llm:latency_p95_seconds:threshold')
const slowStart = limit('llm:time_to_first_chunk_p95_seconds:threshold')
const slowCalls = traceLink('Slow calls', `{ ${selectedCalls} && duration > ${slowest}s }`)

/** p95 of the duration by one label, with the line of LLMHighLatency. */
const slowestBy = (what: string, by: string, drill?: 'service' | 'feature' | 'model') =>
  graph({
    title: `By ${what}`,
    description: `95% of the calls of each ${what} took no longer, from the request to the last chunk. Interpolated within the buckets of the histogram. The line is the threshold of LLMHighLatency.`,
    unit: unit.seconds,
    noValue: noCalls,
    width: 6,
    threshold: slowest,
    series: [{ query: quantile(0.95, metric.duration, rate, { by: [by] }), name: legend(by) }],
    ...(drill ? { drill: { to: 'latency', set: drill, from: `__field.labels.${by}` } as const } : {}),
  })

export const latencyNumber = (q: number, width = 4) =>
  number({
    title: width > 4 ? `Latency p${q * 100}` : `p${q * 100}`,
    description: `${q * 100}% of the calls in the time range took no longer, from the request to the last chunk. Interpolated within the buckets of the histogram.${q === 0.95 ? ' Coloured from the threshold of LLMHighLatency.' : ''}`,
    unit: unit.seconds,
    noValue: noCalls,
    width,
    query: quantile(q, metric.duration, increase),
    links: [slowCalls],
    ...(q === 0.95 ? { threshold: slowest } : {}),
  })
export const firstChunkNumber = (width = 4) =>
  number({
    title: width > 4 ? 'First chunk p95' : 'First chunk',
    description:
      '95% of the streamed calls in the time range began to answer no later. Interpolated. Coloured from the threshold of LLMSlowFirstChunk.',
    unit: unit.seconds,
    noValue: noStreams,
    width,
    threshold: slowStart,
    query: quantile(0.95, metric.firstChunk, increase),
  })
export const latencyGraph = (width: number) =>
  graph({
    title: 'Latency',
    description:
      'Quantiles of the duration of calls, from the request to the last chunk; interpolated within the buckets of the histogram. Dots are sample calls and open their trace. The line is the threshold of LLMHighLatency for the p95 of one service and model.',
    unit: unit.seconds,
    noValue: noCalls,
    width,
    threshold: slowest,
    series: [
      { query: quantile(0.5, metric.duration, rate), name: 'p50' },
      { query: quantile(0.95, metric.duration, rate), name: 'p95', exemplars: true },
      { query: quantile(0.99, metric.duration, rate), name: 'p99' },
    ],
    links: [slowCalls],
  })

/**
 * Seconds of an application's requests by endpoint, and those of the calls and tools in them. Only where there are
 * both: another service's requests are within a tool, and a job's calls are in no request.
 */
const endpoint = { by: [label.service, label.endpoint], narrow: requestVariables }
const timeOf = (take: Take) => {
  const [requests, served] = [take(total(metric.request), endpoint), take(count(metric.request), endpoint)]
  const [model, tool] = [take(total(metric.duration), endpoint), take(total(metric.tool), endpoint)]
  const tools = `(${tool} or 0 * ${requests})`
  // Calls side by side take more time together than their request.
  const own = `clamp_min(${requests} - ${model} - ${tools}, 0)`
  return {
    count: `(${served} and ${model})`,
    model: `(${model} and ${requests})`,
    tools: `(${tools} and ${model})`,
    own,
    average: `${requests} / (${served} and ${model})`,
    // Each series of a day costs Prometheus some time: so no more of them than a share needs.
    shares: {
      model: `clamp_max(${model} / ${requests}, 1)`,
      tools: `clamp_max(${tools} / ${requests}, 1) and ${model}`,
      own: `clamp_min(1 - (${model} + ${tools}) / ${requests}, 0)`,
    },
  }
}
const partOfRequest = { unit: unit.share, decimals: 1, bar: true, max: 1 }
const [inRange, atMoment] = [timeOf(increase), timeOf(rate)]
const perRequest = (part: 'model' | 'tools' | 'own') => `sum(${atMoment[part]}) / sum(${atMoment.count})`
/** A phase that no attempt had, as TLS to a plain HTTP server, took no time. */
const perCall = (phase: string) =>
  `${orZero(rate(phases, { where: `${label.phase}="${phase}"` }), rate(phases))} / ${rate(calls)}`

export const latency = dashboard('latency', 'GenAI latency', 'What is slow: the provider, or our own code?', {
  '': [
    latencyNumber(0.5),
    latencyNumber(0.95),
    latencyNumber(0.99),
    firstChunkNumber(),
    number({
      title: 'Tokens/s',
      description:
        'Half of the calls in the time range had at least so many output tokens for each second that they took, waiting for the first one included. Interpolated.',
      unit: unit.tokensPerSecond,
      noValue: noOutput,
      width: 4,
      decimals: 0,
      query: tokensPerSecond(increase),
    }),
    number({
      title: 'Request p95',
      description:
        '95% of the applications’ own requests in the time range took no longer: server spans that say app.endpoint. Interpolated. Not narrowed by provider and model.',
      unit: unit.seconds,
      noValue: noRequests,
      width: 4,
      query: quantile(0.95, metric.request, increase),
    }),

    graph({
      title: 'Is it the provider, or our own code? An average request',
      description:
        'Seconds of an average request: in model calls, in tools, and the rest, which is the application’s own. Of endpoints that make model calls within requests; not narrowed by provider and model.',
      unit: unit.seconds,
      noValue: noRequests,
      width: 12,
      stacked: true,
      minStep: '1m',
      series: [
        { query: perRequest('model'), name: 'model calls' },
        { query: perRequest('tools'), name: 'tools' },
        { query: perRequest('own'), name: 'own code' },
      ],
    }),
    graph({
      title: 'Where is the time of an average model call?',
      description:
        'Seconds of an average call by phase of its HTTP attempts: looking up the name, connecting and TLS (new connections only), waiting for the first byte, which is the provider’s; the rest is the answer being read, and pauses before retries. Needs services/telemetry.',
      unit: unit.seconds,
      noValue: noAttempts,
      width: 12,
      stacked: true,
      minStep: '1m',
      series: [
        { query: perCall('dns'), name: 'name look-up' },
        { query: perCall('tcp'), name: 'connecting' },
        { query: perCall('tls'), name: 'TLS' },
        { query: perCall('first_byte'), name: 'waiting for the first byte' },
        {
          query: `clamp_min(${rate(total(metric.duration))} - ${rate(phases)}, 0) / ${rate(calls)}`,
          name: 'reading the answer, waiting to retry',
        },
      ],
    }),
  ],

  'Whose calls are slow? (p95)': [
    slowestBy('service', label.service, 'service'),
    slowestBy('endpoint', label.endpoint),
    slowestBy('feature', label.feature, 'feature'),
    slowestBy('model', label.model, 'model'),
    table({
      title: 'Provider or own code, by endpoint',
      description:
        'Of the requests of each endpoint in the time range: how long 95% and an average one took, and the shares of that average that were model calls, tools, and the application’s own code. Calls side by side take more time than their request: their share is 100% then.',
      noValue: noRequests,
      width: 24,
      height: 6,
      by: { [label.service]: 'Service', [label.endpoint]: 'Endpoint' },
      columns: {
        Requests: { query: `round(${inRange.count})`, unit: unit.count },
        p95: {
          query: quantile(0.95, metric.request, increase, { by: endpoint.by }),
          unit: unit.seconds,
        },
        Average: { query: inRange.average, unit: unit.seconds },
        'Model calls': { query: inRange.shares.model, ...partOfRequest },
        Tools: { query: inRange.shares.tools, ...partOfRequest },
        'Own code': { query: inRange.shares.own, ...partOfRequest },
      },
      sortBy: 'p95',
      cellLinks: { Service: { to: 'latency', set: 'service' } },
    }),
  ],

  'Slow to start, or slow to finish?': [
    graph({
      title: 'First chunk against whole answer',
      description:
        'p95 of the time to the first chunk, for streamed calls, and p95 of the whole duration, for all. Far apart: answers are long, or come slowly; near: the model thinks, or the request waits. Dots are sample calls and open their trace.',
      unit: unit.seconds,
      noValue: noStreams,
      width: 8,
      series: [
        { query: quantile(0.95, metric.firstChunk, rate), name: 'first chunk p95', exemplars: true },
        { query: quantile(0.95, metric.duration, rate), name: 'whole answer p95' },
      ],
    }),
    graph({
      title: 'First chunk by model',
      description:
        '95% of the streamed calls of each model began to answer no later. Dots are sample calls and open their trace. The line is the threshold of LLMSlowFirstChunk.',
      unit: unit.seconds,
      noValue: noStreams,
      width: 8,
      threshold: slowStart,
      series: [
        {
          query: quantile(0.95, metric.firstChunk, rate, { by: [label.model] }),
          name: legend(label.model),
          exemplars: true,
        },
      ],
    }),
    graph({
      title: 'Tokens per second by model',
      description:
        'Half of the calls of each model had at least so many output tokens for each second that they took, waiting for the first one included.',
      unit: unit.tokensPerSecond,
      noValue: noOutput,
      width: 8,
      minStep: '1m',
      series: [{ query: tokensPerSecond(rate, { by: [label.model] }), name: legend(label.model) }],
    }),
  ],

  'Which calls were it?': [
    latencyGraph(8),
    heatmap({
      title: 'How calls spread',
      description:
        'Calls per second in each bucket of the duration: the stronger the colour, the more. Dots are sample calls and open their trace.',
      unit: unit.seconds,
      noValue: noCalls,
      width: 8,
      height: 7,
      query: rate(metric.duration),
    }),
    heatmap({
      title: 'How first chunks spread',
      description:
        'Streamed calls per second in each bucket of the time to the first chunk. Dots are sample calls and open their trace.',
      unit: unit.seconds,
      noValue: noStreams,
      width: 8,
      height: 7,
      query: rate(metric.firstChunk),
    }),
    spans({
      title: 'Slow, and not because they were huge',
      description: `Calls over 5 s with less than 2,000 input tokens that ended normally: neither their size nor a failure explains them. Up to 100 traces that Tempo finds first. ${countsOnce}`,
      noValue: 'No such call in this time',
      width: 24,
      query: `${once(`${selectedCalls} && duration > 5s && span.gen_ai.usage.input_tokens < 2000 && span.genai.finish_reason = "stop"`)} | select(span.app.feature, span.gen_ai.request.model, span.gen_ai.usage.input_tokens, span.gen_ai.usage.output_tokens, span.gen_ai.response.time_to_first_chunk)`,
      columns: {
        ...callColumns,
        'gen_ai.usage.input_tokens': { title: 'Input', unit: unit.count },
        'gen_ai.usage.output_tokens': { title: 'Output', unit: unit.count },
        'gen_ai.response.time_to_first_chunk': { title: 'First chunk', unit: unit.seconds },
        [field.duration]: { title: 'Took', unit: unit.nanoseconds },
      },
      sortBy: 'Took',
    }),
  ],
})
