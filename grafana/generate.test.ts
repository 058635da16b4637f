import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards } from './src/index.ts'
import { toJson } from './src/json.ts'

const folder = join(import.meta.dirname, 'dashboards')

test('every committed dashboard comes from src/', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(dashboards).sort())
})

test.each(Object.entries(dashboards))(
  '%s is what src/ makes (else: node grafana/generate.ts)',
  (file, dashboard) => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(toJson(dashboard))
  },
)
