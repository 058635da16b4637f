import { dashboard } from './dashboard.ts'
import { hitRate, noCache, saving, uncached } from './measures.ts'
import { graph, number, table } from './panel.ts'
import { cost, increase, label, legend, orZero, part, rate, ratio, type Take, tokens } from './query.ts'
import { unit } from './theme.ts'
import { selectedCalls, traceLink } from './trace-link.ts'

const featureAndModel = { by: [label.feature, label.model] }
/** Written for 5 minutes: what was not written for an hour. */
const written5m = (take: Take) =>
  `(${take(tokens.cacheWrite)} - ${orZero(take(tokens.cacheWrite1h), take(tokens.cacheWrite))})`

export const cache = dashboard(
  'cache',
  'GenAI prompt cache',
  'What does caching save, and where would it save more?',
  {
    '': [
      number({
        title: 'Hit rate',
        description: 'Input tokens read from the cache as a share of all input tokens in the time range.',
        unit: unit.share,
        noValue: noCache,
        width: 4,
        decimals: 1,
        query: hitRate(increase),
      }),
      number({
        title: 'Cache saved',
        description:
          'What the cached tokens would have cost as plain input, less what reading and writing them cost. Below 0, writing cost more than reading saved. Plain input is priced as the last day’s calls of the same model were.',
        unit: unit.dollars,
        noValue: noCache,
        width: 4,
        query: saving(increase),
      }),
      number({
        title: 'Off the bill',
        description: 'What caching saved as a share of what would have been spent without it.',
        unit: unit.share,
        noValue: noCache,
        width: 4,
        decimals: 1,
        query: `${saving(increase)} / (${increase(cost)} + ${saving(increase)})`,
      }),
      number({
        title: 'Reads/write',
        description:
          'Tokens read from the cache for each token written to it, of providers that report both. Writing for 5 minutes pays from the first read on, for an hour from the second; OpenAI charges nothing for writing, and does not report it.',
        unit: unit.times,
        noValue: noCache,
        width: 4,
        decimals: 1,
        query: `sum(${increase(tokens.cacheRead, { by: [label.provider] })} and ${increase(tokens.cacheWrite, { by: [label.provider] })} > 0) / ${increase(tokens.cacheWrite)}`,
      }),
      number({
        title: 'Written, 5 min',
        description: 'Tokens written to the cache for 5 minutes in the time range.',
        unit: unit.count,
        noValue: noCache,
        width: 4,
        query: written5m(increase),
      }),
      number({
        title: 'Written, 1 h',
        description:
          'Tokens written to the cache for an hour in the time range: dearer to write, read for longer.',
        unit: unit.count,
        noValue: noCache,
        width: 4,
        query: orZero(increase(tokens.cacheWrite1h), increase(tokens.cacheWrite)),
      }),
      table({
        title: 'What does caching save, by feature and model?',
        description:
          'Input tokens in the time range, the share read from the cache, tokens read for each written, and what that saved. Much input and few hits: cache its unchanging beginning. Below one read per write: the cache is written for nothing.',
        noValue: noCache,
        width: 24,
        height: 9,
        by: { [label.feature]: 'Feature', [label.model]: 'Model' },
        columns: {
          Input: { query: increase(tokens.input, featureAndModel), unit: unit.count, bar: true },
          'Hit rate': { query: hitRate(increase, featureAndModel), unit: unit.share, decimals: 0, bar: true },
          Read: { query: increase(tokens.cacheRead, featureAndModel), unit: unit.count },
          Written: { query: increase(tokens.cacheWrite, featureAndModel), unit: unit.count },
          'Reads per write': {
            query: `${increase(tokens.cacheRead, featureAndModel)} / (${increase(tokens.cacheWrite, featureAndModel)} > 0)`,
            unit: unit.times,
            decimals: 1,
          },
          Saved: { query: saving(increase, featureAndModel), unit: unit.dollars },
        },
        sortBy: 'Input',
        cellLinks: { Feature: { to: 'cache', set: 'feature' }, Model: { to: 'cache', set: 'model' } },
      }),
    ],

    'Where does input come from?': [
      graph({
        title: 'Input tokens per minute',
        description:
          'Input by where it came from: not cached, read from the cache, written to it for 5 minutes or for an hour.',
        unit: unit.count,
        noValue: noCache,
        width: 12,
        stacked: true,
        minStep: '1m',
        series: [
          { query: `${uncached(rate)} * 60`, name: 'input' },
          { query: `${rate(tokens.cacheRead)} * 60`, name: 'cache_read' },
          { query: `${written5m(rate)} * 60`, name: 'cache_write, 5 min' },
          { query: `${rate(tokens.cacheWrite1h)} * 60`, name: 'cache_write, 1 h' },
        ],
      }),
      graph({
        title: 'Saved per hour',
        description:
          'What cached tokens would have cost as plain input, less what reading and writing them cost, per hour, by model. Below 0: writing costs more than reading saves.',
        unit: unit.dollarsPerHour,
        noValue: noCache,
        width: 12,
        minStep: '1m',
        signed: true,
        series: [{ query: `${saving(rate, { by: [label.model] })} * 3600`, name: legend(label.model) }],
      }),
      graph({
        title: 'Hit rate by feature',
        description: 'Input tokens read from the cache as a share of all input tokens, by feature.',
        unit: unit.share,
        noValue: noCache,
        width: 8,
        minStep: '1m',
        series: [{ query: hitRate(rate, { by: [label.feature] }), name: legend(label.feature) }],
      }),
      graph({
        title: 'Hit rate by model',
        description:
          'Input tokens read from the cache as a share of all input tokens, by model. LLMCacheHitRateFalling compares it with its own last day.',
        unit: unit.share,
        noValue: noCache,
        width: 8,
        minStep: '1m',
        links: [
          traceLink(
            'Calls that read nothing from it',
            `{ ${selectedCalls} && span.gen_ai.usage.cache_read.input_tokens < 1 }`,
          ),
        ],
        series: [{ query: hitRate(rate, { by: [label.model] }), name: legend(label.model) }],
      }),
      graph({
        title: 'What the cache costs',
        description: 'Cost of reading from and writing to the cache as a share of all cost.',
        unit: unit.share,
        noValue: noCache,
        width: 8,
        stacked: true,
        minStep: '1m',
        series: [
          { query: ratio(cost, cost, rate, { where: part('cache_read') }), name: 'cache_read' },
          { query: ratio(cost, cost, rate, { where: part('cache_write') }), name: 'cache_write' },
        ],
      }),
    ],
  },
)
