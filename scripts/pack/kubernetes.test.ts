import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { upstreamImages } from '../../images/upstream.ts'
import { helmValues, openTelemetryCollector } from './kubernetes.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

test('kubernetes/monitoring has the rules of alerts/', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'generate.ts'), '--check'], { stdio: 'pipe' })
})

test('each dashboard becomes a ConfigMap', () => {
  const { configMapGenerator } = parse(read('grafana', 'dashboards', 'kustomization.yaml')) as {
    configMapGenerator: { name: string; files: [string] }[]
  }
  const files = readdirSync(join(root, 'grafana', 'dashboards')).filter((file) => file.endsWith('.json'))
  expect(configMapGenerator).toEqual(
    files.sort().map((file) => ({
      name: `genai-dashboard-${file.slice(0, -'.json'.length)}`,
      files: [`genai-${file}=${file}`],
    })),
  )
})

test('the Collector is the one of docker-compose.yml', async () => {
  const image = (await upstreamImages()).get('COLLECTOR_IMAGE')!
  expect(read('kubernetes', 'base', 'collector.yaml')).toContain(`image: ${image}\n`)
})

test('the queue is where the configuration has it', () => {
  const statefulSet = read('kubernetes', 'base', 'collector.yaml')
  const [, queue] = /directory: \$\{env:QUEUE_DIRECTORY:-(.*?)\}/.exec(
    read('collector', 'send', 'queue.yaml'),
  )!
  expect(statefulSet).toContain(`mountPath: ${queue} }`)
})

test('the configuration fits into what Kubernetes stores: 1 MiB of a ConfigMap, 1.5 MiB of any object', () => {
  const image = 'otel/opentelemetry-collector-contrib:0.161.0'
  expect(Buffer.byteLength(read('rendered', 'standard.yaml'))).toBeLessThan(2 ** 20)
  // The operator, and the chart, write it into a ConfigMap, without aliases.
  expect(Buffer.byteLength(helmValues(image))).toBeLessThan(2 ** 20)
  const resource = parse(openTelemetryCollector(image), { maxAliasCount: -1 }) as object
  expect(Buffer.byteLength(JSON.stringify(resource))).toBeLessThan(1.5 * 2 ** 20)
})
