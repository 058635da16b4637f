import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alerts } from '../../../alerts/rules.ts'
import { behaviorPatchSchema } from '../../llm-simulator/src/behavior.ts'
import { faultSchema } from '../../llm-simulator/src/faults.ts'
import { planSchema } from '../../traffic/src/plan.ts'
import { scenarios } from './scenarios.ts'

const each = scenarios.map((scenario) => [scenario.name, scenario] as const)

test('names are unique; what can be told apart in a list is', () => {
  for (const key of ['name', 'title', 'description'] as const) {
    expect(new Set(scenarios.map((scenario) => scenario[key])).size).toBe(scenarios.length)
  }
})

test.each(each)('%s: the simulator and the traffic generator take it', (name, { simulator, traffic }) => {
  behaviorPatchSchema.parse(simulator?.behavior ?? {})
  for (const fault of simulator?.faults ?? []) faultSchema.parse(fault)
  planSchema.parse({ ...traffic, name })
})

test.each(each.slice(1))('%s differs from an ordinary day, and sets something off', (_name, scenario) => {
  expect(scenario.simulator ?? scenario.traffic).toBeDefined()
  expect(scenario.alerts).not.toEqual([])
})

test.each(each)('%s: its alerts exist', (_name, scenario) => {
  const known = new Set(alerts.map(({ alert }) => alert))
  const named = [...scenario.alerts, ...Object.keys(scenario.consequences ?? {})]
  expect(named.filter((alert) => !known.has(alert))).toEqual([])
})

test('their dashboards exist', async () => {
  const folder = join(import.meta.dirname, '../../../grafana/dashboards')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))
  const uids = await Promise.all(
    files.map(
      async (file) => (JSON.parse(await readFile(join(folder, file), 'utf8')) as { uid: string }).uid,
    ),
  )
  expect(uids).toEqual(expect.arrayContaining([...new Set(scenarios.map(({ dashboard }) => dashboard))]))
})
