import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { rules } from '../../alerts/rules.ts'
import { dashboards } from '../../grafana/src/index.ts'
import { readConfig } from '../collector/config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'))
  execFileSync(process.execPath, [join(import.meta.dirname, 'main.ts'), `--to=${folder}`], { stdio: 'pipe' })
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

const text = (file: string) => readFileSync(join(folder, file), 'utf8')
const read = <T>(file: string) => parse(text(file), { maxAliasCount: -1 }) as T

test('the checksums are right', () => {
  execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder, stdio: 'pipe' })
})

test('the PrometheusRule has every rule, and the thresholds', () => {
  const { spec } = read<{
    spec: { groups: { name: string; rules: { alert?: string; record?: string }[] }[] }
  }>('kubernetes-prometheus-rule.yaml')
  const name = ({ alert, record }: { alert?: string; record?: string }) => alert ?? record
  expect(spec.groups.flatMap((group) => group.rules.map(name)).sort()).toEqual(rules.map(name).sort())
  // The operator refuses two groups of one name.
  expect(new Set(spec.groups.map((group) => group.name)).size).toBe(spec.groups.length)
})

test('each dashboard is a ConfigMap that Grafana’s sidecar finds, below the size that Kubernetes takes', () => {
  const maps = parseAllDocuments(text('kubernetes-dashboards.yaml')).map(
    (document) =>
      document.toJS() as {
        metadata: { name: string; labels: Record<string, string> }
        data: Record<string, string>
      },
  )
  expect(maps).toHaveLength(Object.keys(dashboards).length)
  for (const { metadata, data } of maps) {
    expect(metadata.labels['grafana_dashboard']).toBe('1')
    const [json] = Object.values(data)
    expect(JSON.parse(json!)).toHaveProperty('panels')
    expect(json!.length).toBeLessThan(1_000_000)
  }
})

test('the Collector’s resource and the chart’s values have all but the log events of coding agents, and no template in it', () => {
  const { service } = readConfig()
  const resource = read<{ spec: { config: typeof config } }>('kubernetes-opentelemetry-collector.yaml')
  const config = read<{ alternateConfig: ReturnType<typeof readConfig> }>(
    'helm-opentelemetry-collector-values.yaml',
  ).alternateConfig
  // docs/kubernetes.md: the price lists of both are more than a ConfigMap holds.
  const events = /^(transform|batch|forward|routing|signal_to_metrics)\/agents/
  const expected = Object.entries(service.pipelines)
    .filter(([name]) => !name.startsWith('logs/agents'))
    .map(([name, pipeline]) => [
      name,
      Object.fromEntries(
        Object.entries(pipeline).map(([key, names]) => [key, names.filter((one) => !events.test(one))]),
      ),
    ])
  expect(config.service.pipelines).toEqual(Object.fromEntries(expected))
  expect(config.service.pipelines).toHaveProperty(['traces/agents'])
  expect(resource.spec.config).toEqual(config)
  // The chart takes values for templates.
  expect(text('helm-opentelemetry-collector-values.yaml')).not.toContain('{{')
  // Files are inlined.
  expect(text('kubernetes-opentelemetry-collector.yaml')).not.toContain('${file:')
})
