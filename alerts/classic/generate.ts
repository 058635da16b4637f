/**
 * Writes the rules on classic histograms, `*.rules.yaml` in this folder, from those on native ones, `../rules` and `../thresholds.rules.yaml`:
 * for backends that have no native histograms. `--check` only compares, and fails on drift.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { alertsFolder, ruleFiles } from '../rules.ts'
import { classicRules } from './rules.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const isRules = (file: string) => file.endsWith('.rules.yaml')

for (const [file, source] of ruleFiles) {
  const path = join(import.meta.dirname, file)
  const text = classicRules(source, readFileSync(join(alertsFolder, source), 'utf8'))
  if (!values.check) writeFileSync(path, text)
  else if (readFileSync(path, 'utf8') !== text) fail(`${path} is not what its source makes`)
}
const left = readdirSync(import.meta.dirname).filter((file) => isRules(file) && !ruleFiles.has(file))
if (left.length > 0) fail(`without a source: ${left.join(', ')}`)

function fail(reason: string): void {
  console.error(`${reason}; run: node alerts/classic/generate.ts`)
  process.exitCode = 1
}
