import { ExportResultCode } from '@opentelemetry/core'
import type { ExportResult } from '@opentelemetry/core'
import { PatientExporter } from './patient-exporter.ts'

/** Fails with each of `errors` in turn, then succeeds. */
function failing(...errors: object[]) {
  const exporter = {
    tries: 0,
    export(_spans: unknown, done: (result: ExportResult) => void) {
      const error = errors[exporter.tries++]
      if (!error) done({ code: ExportResultCode.SUCCESS })
      else done({ code: ExportResultCode.FAILED, error: Object.assign(new Error('failed'), error) })
    },
    shutdown: () => Promise.resolve(),
  }
  return exporter
}

const run = (patient: PatientExporter) =>
  new Promise<ExportResultCode>((resolve) => patient.export([], ({ code }) => resolve(code)))

test.each([
  ['no connection', { code: 'ECONNREFUSED' }],
  ['no answer in time', {}],
  ['503', { code: 503 }],
  ['429', { code: 429 }],
])('tries again after %s', async (_what, error) => {
  const exporter = failing(error, error)
  expect(await run(new PatientExporter(exporter, 1000, 1))).toBe(ExportResultCode.SUCCESS)
  expect(exporter.tries).toBe(3)
})

test.each([400, 401, 413])('takes %i for final', async (code) => {
  const exporter = failing({ code })
  expect(await run(new PatientExporter(exporter, 1000, 1))).toBe(ExportResultCode.FAILED)
  expect(exporter.tries).toBe(1)
})

test('its patience ends', async () => {
  const exporter = failing(...Array<object>(1000).fill({ code: 503 }))
  expect(await run(new PatientExporter(exporter, 50, 10))).toBe(ExportResultCode.FAILED)
  expect(exporter.tries).toBeGreaterThan(1)
  expect(exporter.tries).toBeLessThanOrEqual(5)
})

test('shutdown waits for what is being tried', async () => {
  const exporter = failing({ code: 503 }, { code: 503 })
  const patient = new PatientExporter(exporter, 1000, 5)
  const exported = run(patient)
  await patient.shutdown()
  expect(exporter.tries).toBe(3)
  expect(await exported).toBe(ExportResultCode.SUCCESS)
})
