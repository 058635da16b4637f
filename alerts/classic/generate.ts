/**
 * Writes the rules on classic histograms, `*.rules.yaml` in this folder, from those on native ones, `../rules` and `../thresholds.rules.yaml`:
 * for backends that have no native histograms. `--check` only compares, and fails on drift.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeGenerated } from '../../scripts/lib/generated.ts'
import { alertsFolder, ruleFiles } from '../rules.ts'
import { classicRules } from './rules.ts'

const here = (file: string) => join(import.meta.dirname, file)
const classic = [...ruleFiles].map(([file, source]) => [
  here(file),
  classicRules(source, readFileSync(join(alertsFolder, source), 'utf8')),
])
const found = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.rules.yaml'))

writeGenerated(Object.fromEntries(classic) as Record<string, string>, found.map(here))
