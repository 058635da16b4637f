import { dashboard } from './dashboard.ts'
import { limit } from './limits.ts'
import {
  costPerCall,
  errorRate,
  finishRate,
  hitRate,
  inputPrice,
  noCalls,
  noCost,
  noOutput,
  noStreams,
  outputPrice,
  tokensPerSecond,
} from './measures.ts'
import { bars, graph, table } from './panel.ts'
import {
  calls,
  cost,
  evaluations,
  increase,
  label,
  legend,
  metric,
  part,
  quantile,
  rate,
  ratio,
  scores,
  tokens,
} from './query.ts'
import { type Unit, unit } from './theme.ts'
import { selectedCalls, traceLink } from './trace-link.ts'

const byModel = { by: [label.model] }

const byEvaluator = { by: [label.evaluation, label.model, label.feature] }

const finished = (reason: string) => `span.genai.finish_reason = "${reason}"`

/** The same question to each model, over time. */
const compare = (
  title: string,
  description: string,
  query: string,
  of: Unit,
  more: { noValue?: string; threshold?: number; links?: ReturnType<typeof traceLink>[] } = {},
) =>
  graph({
    title,
    description,
    unit: of,
    noValue: noCalls,
    width: 8,
    minStep: '1m',
    series: [{ query, name: legend(label.model) }],
    drill: { to: 'latency', set: 'model', from: `__field.labels.${label.model}` },
    ...more,
  })

export const models = dashboard(
  'models',
  'GenAI models compared',
  'Which model is faster, better, cheaper?',
  {
    '': [
      table({
        title: 'Models side by side',
        description:
          'Each requested model over the time range, for what is selected: narrow by service or feature to compare models at one task. First chunk is of streamed calls; tokens per second are those of the median call, the wait for the first one included; "cut off" are answers that ended at a limit of tokens. Coloured from the thresholds of the alerts.',
        noValue: noCalls,
        width: 24,
        height: 9,
        links: [traceLink('These calls', `{ ${selectedCalls} }`)],
        by: { [label.model]: 'Model' },
        columns: {
          Calls: { query: `round(${increase(calls, byModel)})`, unit: unit.count },
          'First chunk p95': {
            query: quantile(0.95, metric.firstChunk, increase, byModel),
            unit: unit.seconds,
            threshold: limit('llm:time_to_first_chunk_p95_seconds:threshold'),
          },
          p50: { query: quantile(0.5, metric.duration, increase, byModel), unit: unit.seconds },
          p95: {
            query: quantile(0.95, metric.duration, increase, byModel),
            unit: unit.seconds,
            threshold: limit('llm:latency_p95_seconds:threshold'),
          },
          p99: { query: quantile(0.99, metric.duration, increase, byModel), unit: unit.seconds },
          'Tokens/s': { query: tokensPerSecond(increase, byModel), unit: unit.none, decimals: 0 },
          Errors: {
            query: errorRate(increase, byModel),
            unit: unit.share,
            decimals: 1,
            threshold: limit('llm:error_ratio:threshold'),
          },
          'Cut off': {
            query: finishRate('length', increase, byModel),
            unit: unit.share,
            decimals: 1,
            threshold: limit('llm:truncated_ratio:threshold'),
          },
          '1,000 calls': { query: `${costPerCall(increase, byModel)} * 1000`, unit: unit.dollars, bar: true },
          '1,000 tokens out': {
            query: `${ratio(cost, tokens.output, increase, byModel)} * 1000`,
            unit: unit.dollars,
          },
          Cached: { query: hitRate(increase, byModel), unit: unit.share, decimals: 0 },
        },
        sortBy: '1,000 calls',
        cellLinks: { Model: { to: 'cost', set: 'model' } },
      }),
      bars({
        title: 'What would these tokens cost on each model?',
        description:
          'The selected input and output tokens of the time range at the price of each model, nothing cached. Prices are those of the last day’s calls, of any service; a model that nobody called is not here. Other models count other tokens for the same text, and write shorter or longer answers: try before moving.',
        unit: unit.dollars,
        noValue: 'No model was called with input and output on the last day',
        width: 12,
        series: [
          {
            query: `scalar(${increase(tokens.input)}) * max by (${label.model}) (${inputPrice}) + scalar(${increase(tokens.output)}) * max by (${label.model}) (${outputPrice})`,
            name: legend(label.model),
          },
        ],
        drill: { to: 'models', set: 'model', from: `__field.labels.${label.model}` },
      }),
      bars({
        title: 'What do they cost now?',
        description:
          'Spend in the time range by requested model, with all that caching saves. Against the bars beside it: what one model for everything would change.',
        unit: unit.dollars,
        noValue: noCost,
        width: 12,
        series: [{ query: increase(cost, byModel), name: legend(label.model) }],
      }),
    ],

    'Which is better?': [
      table({
        title: 'Results of evaluations',
        description:
          'Results that applications sent as gen_ai.evaluation.result events in the time range. The average score is of those with a number. Model and feature are what the event says.',
        noValue: 'No application sends gen_ai.evaluation.result events',
        width: 24,
        height: 7,
        by: { [label.evaluation]: 'Evaluator', [label.model]: 'Model', [label.feature]: 'Feature' },
        columns: {
          Results: { query: `round(${increase(evaluations, byEvaluator)})`, unit: unit.count },
          'Average score': {
            query: ratio(scores, evaluations, increase, byEvaluator),
            unit: unit.none,
            decimals: 2,
          },
        },
        sortBy: 'Results',
      }),
    ],

    'Which is faster?': [
      compare(
        'First chunk p95',
        '95% of the streamed calls began to answer no later. The line is the threshold of LLMSlowFirstChunk.',
        quantile(0.95, metric.firstChunk, rate, byModel),
        unit.seconds,
        { noValue: noStreams, threshold: limit('llm:time_to_first_chunk_p95_seconds:threshold') },
      ),
      compare(
        'Latency p50',
        'Half of the calls took no longer, from the request to the last chunk.',
        quantile(0.5, metric.duration, rate, byModel),
        unit.seconds,
      ),
      compare(
        'Latency p99',
        '99% of the calls took no longer, from the request to the last chunk.',
        quantile(0.99, metric.duration, rate, byModel),
        unit.seconds,
      ),
      compare(
        'Tokens per second',
        'Half of the calls had at least so many output tokens for each second that they took, waiting for the first one included.',
        tokensPerSecond(rate, byModel),
        unit.tokensPerSecond,
        { noValue: noOutput },
      ),
    ].map((panel) => panel.span(6)),

    'Which is more reliable?': [
      compare(
        'Error rate',
        'Failed calls as a share of all. The line is the threshold of LLMHighErrorRate.',
        errorRate(rate, byModel),
        unit.share,
        { threshold: limit('llm:error_ratio:threshold') },
      ),
      compare(
        'Cut off',
        'Answers that ended at a limit of tokens as a share of those that say why they ended. The line is the threshold of LLMOutputTruncated.',
        finishRate('length', rate, byModel),
        unit.share,
        {
          threshold: limit('llm:truncated_ratio:threshold'),
          links: [traceLink('Answers cut off', `{ ${selectedCalls} && ${finished('length')} }`)],
        },
      ),
      compare(
        'Refused',
        'Answers that were refused or filtered as a share of those that say why they ended. The line is the threshold of LLMRefusals.',
        finishRate('content_filter', rate, byModel),
        unit.share,
        {
          threshold: limit('llm:refused_ratio:threshold'),
          links: [traceLink('Answers refused', `{ ${selectedCalls} && ${finished('content_filter')} }`)],
        },
      ),
    ],

    'Which is cheaper?': [
      compare(
        'Cost of 1,000 calls',
        'Cost for each 1,000 calls, whatever they ask: long prompts cost more on any model.',
        `${costPerCall(rate, byModel)} * 1000`,
        unit.dollars,
        { noValue: noCost },
      ),
      compare(
        'Cost of 1,000 output tokens',
        'All cost, input included, for each 1,000 output tokens: what an answer of the same length costs here.',
        `${ratio(cost, tokens.output, rate, byModel)} * 1000`,
        unit.dollars,
        { noValue: noCost },
      ),
      compare(
        'Output part of the cost',
        'Cost of output tokens as a share of all cost: high where answers are long, low where prompts are.',
        ratio(cost, cost, rate, { ...byModel, where: part('output') }),
        unit.share,
        { noValue: noCost },
      ),
    ],
  },
)
