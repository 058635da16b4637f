/**
 * Writes dist/: what people copy, in each form that they take it in, and SHA256SUMS. `npm run pack`; `--to=<folder>` for
 * another folder.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { upstreamImages } from '../../images/upstream.ts'
import { dashboards, helmValues, openTelemetryCollector, prometheusRule } from './kubernetes.ts'

const root = join(import.meta.dirname, '..', '..')
const { values } = parseArgs({ options: { to: { type: 'string', default: join(root, 'dist') } } })
const image = (await upstreamImages()).get('COLLECTOR_IMAGE')!

const files: Record<string, string> = {
  ...Object.fromEntries(
    readdirSync(join(root, 'rendered'))
      .filter((file) => file !== 'kustomization.yaml')
      .map((file) => [`collector-${file}`, readFileSync(join(root, 'rendered', file), 'utf8')]),
  ),
  'kubernetes-prometheus-rule.yaml': prometheusRule(),
  'kubernetes-dashboards.yaml': dashboards(),
  'kubernetes-opentelemetry-collector.yaml': openTelemetryCollector(image),
  'helm-opentelemetry-collector-values.yaml': helmValues(image),
}

rmSync(values.to, { recursive: true, force: true })
mkdirSync(values.to, { recursive: true })
for (const [name, text] of Object.entries(files)) writeFileSync(join(values.to, name), text)
const sums = Object.entries(files).map(
  ([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`,
)
writeFileSync(join(values.to, 'SHA256SUMS'), sums.join(''))
for (const [name, text] of Object.entries(files)) {
  console.log(`${(text.length / 1000).toFixed(0).padStart(6)} kB  ${join(values.to, name)}`)
}
