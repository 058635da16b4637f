import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { partsOf } from '../signatures.ts'
import { upstreamImages } from '../upstream.ts'

type Manifest = { dist: { version: string } } & Record<string, { gomod: string }[]>

const read = (file: string) => readFile(join(import.meta.dirname, file), 'utf8')

test('go.mod requires every component of the builder manifest in the same version', async () => {
  const { dist, ...kinds } = parse(await read('builder.yaml')) as Manifest
  const required = (await read('go.mod')).split('\n').map((line) => line.trim())
  const components = Object.values(kinds)
    .flat()
    .map(({ gomod }) => gomod)
  expect(components.filter((component) => !required.includes(component))).toEqual([])
  expect(required).toContain(`go.opentelemetry.io/collector/otelcol v${dist.version}`)
})

test('the stand-in has the version of the upstream image', async () => {
  const { dist } = parse(await read('builder.yaml')) as Manifest
  expect(partsOf((await upstreamImages()).get('COLLECTOR_IMAGE')!)).toMatchObject({
    repository: 'otel/opentelemetry-collector-contrib',
    tag: dist.version,
  })
})
