import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { classicDashboard, classicDatasources } from './src/classic.ts'
import { dashboards } from './src/index.ts'
import { toJson } from './src/json.ts'

/** Folders in which every file is generated. */
export const folders = ['dashboards', 'classic/dashboards', 'classic/datasources'] as const

const datasources = 'datasources/datasources.yaml'
const text = readFileSync(join(import.meta.dirname, 'provisioning', datasources), 'utf8')

/** All generated files, by their path in this folder, with what they hold. */
export const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(dashboards).flatMap(([file, dashboard]) => [
      [`dashboards/${file}`, toJson(dashboard)],
      [`classic/dashboards/${file}`, toJson(classicDashboard(dashboard))],
    ]),
  ),
  [`classic/${datasources}`]: classicDatasources(text),
}
