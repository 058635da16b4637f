/**
 * The synthetic call of sidecars/probe on the real chain: right while all is well and in nobody's numbers, and named by its
 * stage when the chain is broken on purpose.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { CALL, Probe } from '../../sidecars/probe/probe.ts'
import { alarm, heartbeat } from '../../sidecars/probe/tell.ts'
import { Site } from './lib/site.ts'
import { record } from './lib/verdict.ts'

test('probe', async () => {
  const site = await Site.start({
    backends: () => Promise.resolve({ configs: ['overlays/probe.yaml'], environment: {} }),
  })
  const chain = {
    collector: site.httpUrl,
    traces: `${site.tempoUrl}/api/v2/traces`,
    prometheus: site.prometheusUrl,
    patience: 30_000,
  }
  const got: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      got.push({ path: request.url!, body })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const probe = new Probe(chain)
    const well = [await probe.run(), await probe.run()]

    // In nobody's numbers, and in its own.
    const ofUsers = await query(site.prometheusUrl, 'count({__name__=~"gen_ai_.+"}) or vector(0)')
    const [cost] = await query(site.prometheusUrl, 'sum(genai_probe_client_inference_usage_cost_total)')
    const end = Math.ceil(Date.now() / 1000)
    const search = new URLSearchParams({
      q: '{ span.genai.role = "inference" }',
      start: String(end - 600),
      end: String(end),
    })
    const found = (await (await fetch(`${site.tempoUrl}/api/search?${search.toString()}`)).json()) as {
      traces?: unknown[]
    }

    await site.disconnect('tempo')
    const withoutTempo = await probe.run()
    await site.reconnect('tempo')
    await site.disconnect('prometheus')
    const withoutPrometheus = await probe.run()
    await site.reconnect('prometheus')
    const back = await eventually(async () => {
      const outcome = await probe.run()
      expect(outcome).toEqual({})
      return outcome
    }, 180_000)
    const withoutPrice = await new Probe(chain, { ...CALL, model: 'a-model-without-a-price' }).run()
    await site.stopPart('collector')
    const withoutCollector = await probe.run()

    await alarm(here, withoutPrometheus, 180_000)
    await heartbeat(`${here}/beat`)

    await record('probe', { well, withoutTempo, withoutPrometheus, back, withoutPrice, withoutCollector })
    expect(well).toEqual([{}, {}])
    expect(ofUsers.map(({ value }) => value)).toEqual([0])
    expect(cost?.value).toBeCloseTo(2 * CALL.cost, 9)
    expect(found.traces ?? []).toEqual([])
    expect(Object.keys(withoutTempo)).toEqual(['traces'])
    expect(Object.keys(withoutPrometheus)).toEqual(['counters'])
    expect(withoutPrice.price).toBe('the call costs nothing USD, not 0.0002')
    expect(Object.keys(withoutCollector)).toEqual(['collector'])
    expect(got.map(({ path }) => path)).toEqual(['/api/v2/alerts', '/beat'])
    expect(JSON.parse(got[0]!.body)).toMatchObject([
      { labels: { alertname: 'PipelineProbeFailing', stage: 'counters', severity: 'critical' } },
    ])
  } finally {
    server.close()
    await site.stop()
  }
}, 900_000)
