/**
 * Writes the dashboards of src/ to dashboards/, as classic JSON for Grafana's file provisioning.
 *
 *   node grafana/generate.ts            writes them
 *   node grafana/generate.ts --check    fails if one is not what src/ makes
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dashboards } from './src/index.ts'
import { toJson } from './src/json.ts'

const folder = join(import.meta.dirname, 'dashboards')
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

for (const [file, dashboard] of Object.entries(dashboards)) {
  const path = join(folder, file)
  const json = toJson(dashboard)
  if (!values.check) writeFileSync(path, json)
  else if (readFileSync(path, 'utf8') !== json) fail(`${path} is not what src/ makes`)
}
const left = readdirSync(folder).filter((file) => !(file in dashboards))
if (left.length > 0) fail(`${folder} has files that src/ does not make: ${left.join(', ')}`)

function fail(reason: string): void {
  console.error(`${reason}; run: node grafana/generate.ts`)
  process.exitCode = 1
}
