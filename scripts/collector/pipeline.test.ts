/** The numbers of hops in docs/pipeline.md are those of the pipelines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, readConfig } from './config.ts'

const page = readFileSync(join(folder, '..', 'docs', 'pipeline.md'), 'utf8')
const config = readConfig()
const { pipelines } = config.service

/** The hops of the pipelines, from a receiver to an exporter; a connector between two pipelines is one hop. */
function hops(...names: string[]): string[] {
  return names.flatMap((name, index) => {
    const { receivers, processors = [], exporters } = pipelines[name]!
    const next = names[index + 1]
    const to =
      next === undefined
        ? exporters
        : exporters.filter((exporter) => pipelines[next]!.receivers.includes(exporter))
    expect(to.length).toBeGreaterThan(0)
    return [...(index === 0 ? [receivers[0]!] : []), ...processors, to[0]!]
  })
}

const counted = [
  'traces',
  'traces/genai',
  'traces/once',
  'traces/once_inner',
  'traces/count',
  'traces/inference',
]
const state = ['metrics/state', 'metrics/prometheus']

/** `signal_to_metrics` stands second among the exporters of traces/inference, `prometheus/state` first among those of the totals. */
const ways: [string, string[]][] = [
  ['a span to Tempo', hops('traces', 'traces/genai', 'traces/tempo')],
  ['a call to its histogram of durations', hops(...counted, 'metrics/durations', 'metrics/prometheus')],
  [
    'a call to its counters, reported by the innermost layer',
    [...hops(...counted, 'metrics/counters'), ...hops(...state)],
  ],
  [
    'a call of an outer layer that waits',
    [
      ...hops(
        ...counted.slice(0, 3),
        'traces/once_wait',
        'traces/once_parent',
        'traces/once_usage',
        'traces/once_between',
        ...counted.slice(4),
        'metrics/counters',
      ),
      ...hops(...state),
    ],
  ],
]

test.each(ways)('%s', (name, way) => {
  const [, number] = new RegExp(`^\\| ${name} +\\| +(\\d+) \\|$`, 'm').exec(page)!
  expect(way).toHaveLength(Number(number))
})

test('the tables have the hops of a counter, in their order', () => {
  const rows = [...page.matchAll(/^\| +(\d+) +\| `([^`]+)`/gm)]
  expect(rows.map(([, number]) => Number(number))).toEqual(
    Array.from({ length: 37 }, (_, index) => index + 1),
  )
  expect(rows.map(([, , hop]) => hop)).toEqual(
    ways[2]![1].map((hop) => hop.replace(/^(signal_to_metrics)\/.*/, '$1')),
  )
})
