/** Which trace store it is, with an engine that has some images, and no registry. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { ImageVariable } from './recipe.ts'
import { composeVariables, resolve } from './resolve.ts'

const before = { ...process.env }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolve-'))
  process.env['PATH'] = `${folder}${delimiter}${before['PATH']}`
  for (const name of ['TEMPO_IMAGE', 'JAEGER_IMAGE', 'GENAI_IMAGES', 'TRACE_STORE']) process.env[name] = ''
})
afterEach(async () => {
  Object.assign(process.env, before)
  await rm(folder, { recursive: true })
})

/** An engine with all stand-ins, and with upstream images whose names have this in them. */
async function engine(upstream: string): Promise<void> {
  const script = [
    '#!/bin/sh',
    'case "$1 $2" in',
    `  "image inspect") case "$*" in *${upstream}*) exit 0 ;; esac ;;`,
    '  "image ls") echo "$5:built"; exit 0 ;;',
    'esac',
    'echo "lookup registry: no such host" >&2; exit 1',
  ]
  await writeFile(join(folder, 'docker'), script.join('\n'))
  await chmod(join(folder, 'docker'), 0o755)
}

/** Each test has an order of its own, as an answer is kept by what was asked for. */
const ask = (...only: ImageVariable[]) => resolve(['docker-compose.yml'], only)

test('Tempo, where its image is at hand', async () => {
  await engine('grafana/tempo:')
  const { images, missing } = await ask('TEMPO_IMAGE', 'JAEGER_IMAGE')
  expect(images).toEqual({ TEMPO_IMAGE: expect.stringMatching(/^grafana\/tempo:/) as string })
  expect(missing.size).toBe(0)
  expect(composeVariables(images)).toEqual(images)
})

test('Jaeger, where it is not, and why', async () => {
  await engine('no-image')
  const { images, missing } = await ask('JAEGER_IMAGE', 'TEMPO_IMAGE')
  expect(images).toEqual({ JAEGER_IMAGE: 'genai-otel-kit/jaeger:built' })
  expect(missing.get('TEMPO_IMAGE')).toMatch(
    /^grafana\/tempo:\S+ is not built here, and no image registry .*no such host/,
  )
  expect(composeVariables(images)).toEqual({ ...images, TRACE_STORE: 'jaeger', COMPOSE_PROFILES: 'jaeger' })
})

test('Jaeger, where TRACE_STORE says so', async () => {
  await engine('grafana/tempo:')
  process.env['TRACE_STORE'] = 'jaeger'
  const { images, missing } = await ask('TEMPO_IMAGE', 'JAEGER_IMAGE', 'NODE_IMAGE')
  expect(Object.keys(images).sort()).toEqual(['JAEGER_IMAGE', 'NODE_IMAGE'])
  expect(missing.get('TEMPO_IMAGE')).toBe('TRACE_STORE=jaeger')
})

test('a Tempo that is named is taken', async () => {
  await engine('no-image')
  process.env['TEMPO_IMAGE'] = 'example.com/tempo:1'
  expect((await ask('JAEGER_IMAGE', 'TEMPO_IMAGE', 'NODE_IMAGE')).images).toMatchObject({
    TEMPO_IMAGE: 'example.com/tempo:1',
  })
})
