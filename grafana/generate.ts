/**
 * Writes the dashboards of src/ to dashboards/, as classic JSON for Grafana's file provisioning, and to classic/ what
 * backends without native histograms need.
 *
 *   node grafana/generate.ts            writes them
 *   node grafana/generate.ts --check    fails if one is not what src/ makes
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { files, folders } from './files.ts'

const here = import.meta.dirname
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

for (const [file, text] of Object.entries(files)) {
  const path = join(here, file)
  if (values.check) {
    if (readFileSync(path, 'utf8') !== text) fail(`${path} is not what src/ makes`)
  } else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}
const found = folders.flatMap((folder) => readdirSync(join(here, folder)).map((file) => `${folder}/${file}`))
const left = found.filter((file) => !(file in files))
if (left.length > 0) fail(`not made by src/: ${left.join(', ')}`)

function fail(reason: string): void {
  console.error(`${reason}; run: node grafana/generate.ts`)
  process.exitCode = 1
}
