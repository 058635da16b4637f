/** The doctor names each mistake, of what real libraries and a real SDK sent, as the real Collector stored it. */
import { createSimulator } from '@genai-otel-kit/llm-simulator'
import { diagnose } from '../../scripts/doctor/doctor.ts'
import type { Report } from '../../scripts/doctor/doctor.ts'
import type { Found } from '../../scripts/doctor/examine.ts'
import { FINDINGS } from '../../scripts/doctor/findings.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { CASES, NOT_PROVOKED, otlpOf, runProgram, serviceOf } from '../doctor/cases.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

const ids = Object.keys(CASES)
const services = [...new Set(ids.map(serviceOf))]
const from = Date.now() - 3_600_000

let pipeline: Pipeline
let report: Report
beforeAll(async () => {
  pipeline = await startPipeline({
    collectors: 2,
    environments: [{}, { GENAI_CAPTURE_CONTENT: 'true' }],
  })
  const simulator = await createSimulator()
  const [otlpUrl, keepsContent] = pipeline.otlpUrls as [string, string]
  for (const id of ids) {
    if (CASES[id]!.from === undefined) await runProgram(id, otlpUrl, simulator.url)
    else await send(CASES[id]!.keepsContent ? keepsContent : otlpUrl, id)
  }
  await simulator.close()
  // The last look counts: what is not found in it is told by its own test.
  const deadline = Date.now() + 60_000
  await eventually(async () => {
    const stores = { prometheus: pipeline.prometheusUrl, traces: pipeline.traces }
    report = await diagnose(stores, { from, to: Date.now() }, { only: services })
    const missing = ids.filter((id) => foundOf(id) === undefined)
    if (missing.length > 0 && Date.now() < deadline) throw new Error(missing.join(' '))
  }, 75_000)
}, 300_000)
afterAll(() => pipeline.stop())

async function send(otlpUrl: string, id: string): Promise<void> {
  const response = await fetch(`${otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(otlpOf(id)),
  })
  if (!response.ok) throw new Error(`${id}: the Collector answered ${response.status}`)
}

const foundOf = (id: string): Found | undefined =>
  report.services.find(({ service }) => service === serviceOf(id))?.findings.find((found) => found.id === id)

test.each(ids)('doctor: %s is found, with its fix', (id) => {
  const { fix, fixes } = FINDINGS.find((finding) => finding.id === id)!
  const { library } = CASES[id]!
  const right = library === undefined ? fix : fixes?.[library]
  expect(right).toBeDefined()
  expect(foundOf(id)?.fixes.map((one) => one.fix)).toContain(right)
})

test('doctor: each finding is provoked, or said not to be; 25 and more by what libraries sent untouched', () => {
  expect([...ids, ...NOT_PROVOKED].sort()).toEqual(FINDINGS.map(({ id }) => id).sort())
  expect(ids.filter((id) => CASES[id]!.byHand === undefined).length).toBeGreaterThanOrEqual(25)
})
