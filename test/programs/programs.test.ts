/**
 * The programs that people copy, with the real libraries: what they exported, through the real Collector. Calls, errors,
 * tokens, cost and retries in Prometheus are those of the simulator's ledger, however many layers reported a call. How they
 * are recorded, and how they are run live: README.md.
 */
import { eventually } from '../../scripts/lib/eventually.ts'
import { asNow } from '../dialects/fixture.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { countedNumbers, rounded } from './counted.ts'
import { readRecorded } from './fixtures.ts'
import { expectedNumbers } from './ledger.ts'
import { nameOf, programs } from './programs.ts'

let pipeline: Pipeline
beforeAll(async () => {
  // Where they were recorded, the simulator was at this address.
  pipeline = await startPipeline({ environment: { GENAI_API_HOSTS: '127[.]0[.]0[.]1' } })
  for (const program of programs) {
    const { otlp } = asNow({ name: nameOf(program), ...readRecorded(program), handMade: false, truth: [] })
    // As an exporter sends them: in batches, of which the first ends while calls are under way.
    for (const resource of otlp.resourceSpans) {
      const response = await fetch(`${pipeline.otlpUrl}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [resource] }),
      })
      if (!response.ok) throw new Error(`the Collector answered ${response.status}: ${await response.text()}`)
    }
  }
}, 180_000)
afterAll(() => pipeline.stop())

test.each(programs.map((program) => [nameOf(program), program] as const))('%s', async (name, program) => {
  const expected = rounded(expectedNumbers(program, readRecorded(program).called))
  await eventually(async () => {
    expect(await countedNumbers(pipeline.prometheusUrl, name)).toEqual(expected)
  })
})
