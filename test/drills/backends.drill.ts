/** Several backends at once, of which one is away, one refuses, and one has a queue that is full: what the others have. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { Receiver } from '../backends/receiver.ts'
import { SERVICES } from '../backends/services.ts'
import { OUTAGE } from './lib/drill.ts'
import { Load } from './lib/load.ts'
import { MODELS } from './lib/models.ts'
import { Site } from './lib/site.ts'
import { PERFECT, record, settled } from './lib/verdict.ts'

/** What becomes of each meanwhile. Dash0's queue is made so small that it is full at once. */
const NAMES = ['honeycomb', 'langfuse', 'new_relic', 'dash0'] as const

test(
  'backends: one away, one refuses, one full',
  async () => {
    let receiver: Receiver | undefined
    const site = await Site.start({
      changes: [
        {
          file: 'send/dash0.yaml',
          path: ['exporters', 'otlp_http/dash0', 'sending_queue', 'queue_size'],
          value: 2000,
        },
      ],
      backends: async (gateway) => {
        receiver = await Receiver.start(gateway)
        const environment = NAMES.flatMap((name) => [
          ...Object.entries(SERVICES[name]!.behind).map(([variable, path]) => [
            variable,
            receiver!.url(name) + path,
          ]),
          ...Object.entries(SERVICES[name]!.variables),
        ])
        return {
          configs: NAMES.map((name) => `send/${SERVICES[name]!.file}.yaml`),
          environment: Object.fromEntries(environment) as Record<string, string>,
        }
      },
    })
    const load = Load.start(site.httpUrl, site.grpcUrl)
    try {
      await sleep(10_000)
      receiver!.break('langfuse', { kind: 'away' })
      receiver!.break('dash0', { kind: 'away' })
      receiver!.break('new_relic', { kind: 'answer', status: 503 })
      await sleep(OUTAGE / 2)
      receiver!.break('new_relic', { kind: 'answer', status: 429, retryAfter: '5' })
      await sleep(OUTAGE / 2)
      for (const name of NAMES) receiver!.mend(name)
      await sleep(10_000)
      const made = await load.stop()
      const verdict = await settled(site, made)
      const enqueueFailed = await site.collectorMetric('otelcol_exporter_enqueue_failed_spans_total')
      const acknowledged = new Set(made.flatMap(({ acknowledged }) => acknowledged))
      const of = (name: (typeof NAMES)[number]) => {
        const ids = receiver!.inbox(name).spans.map(({ spanId }) => spanId)
        const stored = new Set(ids)
        return {
          lost: [...acknowledged].filter((id) => !stored.has(id)).length,
          twice: ids.length - stored.size,
        }
      }
      await eventually(() => {
        for (const name of ['honeycomb', 'langfuse', 'new_relic'] as const) expect(of(name).lost).toBe(0)
        return Promise.resolve()
      }, 120_000).catch(() => undefined)

      const calls = made.flatMap((one) => one.calls)
      const expected = {
        calls: calls.length,
        input: calls.reduce((sum, [, , input]) => sum + input, 0),
        cost: calls.reduce(
          (sum, [, model, input, output]) =>
            sum + (input * MODELS[model]!.input + output * MODELS[model]!.output) / 1e6,
          0,
        ),
      }
      /** What New Relic was told in increments, which it adds up. */
      const increments = (name: string, field: 'value' | 'count') =>
        receiver!
          .inbox('new_relic')
          .metrics.filter((metric) => metric.name === name)
          .flatMap(({ points }) => points)
          .reduce((sum, point) => sum + point[field]!, 0)
      const added = () => ({
        calls: increments('gen_ai.client.inference.duration', 'count') - expected.calls,
        input: increments('gen_ai.client.inference.usage.input_tokens', 'value') - expected.input,
        // A billionth of a dollar is the order in which fractions are added up.
        cost:
          Math.round((increments('gen_ai.client.inference.usage.cost', 'value') - expected.cost) * 1e9) + 0,
      })
      await eventually(() => {
        expect(added()).toEqual({ calls: 0, input: 0, cost: 0 })
        return Promise.resolve()
      }).catch(() => undefined)

      const backends = Object.fromEntries(NAMES.map((name) => [name, of(name)]))
      const refused = receiver!.inbox('new_relic').refused.length
      await record('backends', {
        outageSeconds: OUTAGE / 1000,
        ...verdict,
        backends,
        refused,
        enqueueFailed,
        increments: added(),
        peakMemory: Math.round(site.peakMemory),
      })
      expect(verdict).toMatchObject(PERFECT)
      for (const name of ['honeycomb', 'langfuse', 'new_relic'])
        expect({ name, ...backends[name] }).toEqual({ name, lost: 0, twice: 0 })
      expect(added()).toEqual({ calls: 0, input: 0, cost: 0 })
      // It is refused again and again, and then taken.
      expect(refused).toBeGreaterThan(3)
      // What did not fit is Dash0's loss alone, and counted.
      expect(backends['dash0']!.lost).toBeGreaterThan(0)
      expect(enqueueFailed).toBe(backends['dash0']!.lost)
      expect(await site.ranOutOfMemory()).toBe(false)
    } finally {
      load.kill()
      receiver?.stop()
      await site.stop()
    }
  },
  OUTAGE + 1_500_000,
)
