/** The doctor names each mistake, of spans that real libraries and a real SDK sent, as the real Collector stored them. */
import { diagnose } from '../../scripts/doctor/doctor.ts'
import type { Report } from '../../scripts/doctor/doctor.ts'
import { FINDINGS } from '../../scripts/doctor/findings.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { CASES, NOT_PROVOKED, otlpOf, serviceOf } from '../doctor/cases.ts'
import { SDK_CASES, sendMistake } from '../doctor/sdk.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

const cases: [string, string][] = [
  ...Object.keys(CASES).map((id): [string, string] => [id, serviceOf(id)]),
  ...SDK_CASES.map((id): [string, string] => [id, `doctor/${id}`]),
]
const from = Date.now() - 3_600_000

let pipeline: Pipeline
let report: Report
beforeAll(async () => {
  pipeline = await startPipeline()
  for (const id of Object.keys(CASES)) {
    const response = await fetch(`${pipeline.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(otlpOf(id)),
    })
    if (!response.ok) throw new Error(`${id}: the Collector answered ${response.status}`)
  }
  for (const id of SDK_CASES) await sendMistake(pipeline.otlpUrl, id)
  const only = [...new Set(cases.map(([, service]) => service))]
  // What is not found in the end is told by its own test.
  await eventually(
    async () => {
      report = await diagnose(
        { prometheus: pipeline.prometheusUrl, traces: pipeline.traces },
        { from, to: Date.now() },
        { only },
      )
      const missing = cases.filter(([id, service]) => !idsOf(service).includes(id))
      if (missing.length > 0) throw new Error(missing.join(' '))
    },
    45_000,
    3000,
  ).catch(() => undefined)
}, 180_000)
afterAll(() => pipeline.stop())

const idsOf = (service: string) =>
  report.services.find((one) => one.service === service)?.findings.map(({ id }) => id) ?? []

test.each(cases)('%s', (id, service) => expect(idsOf(service)).toContain(id))

test('each finding is provoked, or said not to be', () => {
  expect([...cases.map(([id]) => id), ...NOT_PROVOKED].sort()).toEqual(FINDINGS.map(({ id }) => id).sort())
})
