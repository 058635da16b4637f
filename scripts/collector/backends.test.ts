/** Files of backends are alike where they have to be, can be copied alone, and say in their headers what they have. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { SERVICES } from '../../test/backends/services.ts'
import { readBackends } from './backends.ts'
import { folder } from './config.ts'

interface Exporter {
  endpoint?: string
  compression?: string
  headers?: Record<string, string>
  sending_queue?: { storage?: string; batch?: { max_size: number } }
  retry_on_failure?: { max_elapsed_time?: string }
}

interface File {
  receivers?: Record<string, unknown>
  processors?: Record<string, unknown>
  exporters: Record<string, Exporter>
  service: { pipelines: Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }> }
}

const textOf = (name: string) => readFileSync(join(folder, 'send', `${name}.yaml`), 'utf8')
const fileOf = (name: string) => parse(textOf(name)) as File
const backends = readBackends()
const names = backends.map(({ name }) => name)
const services = Object.values(SERVICES)

/** Not over OTLP: what pulls, and what has another exporter’s queue. */
const others = (id: string) => !id.startsWith('otlp_http/')

test('docs/backends.md and docs/backends/ are what the headers say', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'backends.ts'), '--check'], { stdio: 'pipe' })
}, 30_000)

test('each file of a backend is tried in test/backends', () => {
  expect(services.map(({ file }) => file).sort()).toEqual([...names].sort())
  expect(names.length).toBeGreaterThan(20)
})

describe.each(names)('%s', (name) => {
  const { receivers = {}, processors = {}, exporters, service } = fileOf(name)
  const backend = backends.find((one) => one.name === name)!

  test('has all that its pipelines name, and nothing else', () => {
    const pipelines = Object.values(service.pipelines)
    const taken = pipelines.flatMap((pipeline) => pipeline.receivers)
    const own = taken.filter(
      (id) => !/^forward\/send_(traces|metrics|logs|\$\{env:\w+_TAKES:-traces\})$/.test(id),
    )
    expect(own.sort()).toEqual(Object.keys(receivers).sort())
    expect([...new Set(pipelines.flatMap(({ processors = [] }) => processors))].sort()).toEqual(
      Object.keys(processors).sort(),
    )
    expect([...new Set(pipelines.flatMap((pipeline) => pipeline.exporters))].sort()).toEqual(
      Object.keys(exporters).sort(),
    )
  })

  test('stands apart: nothing of it reaches senders or other backends', () => {
    for (const { receivers: from, processors = [], exporters: to } of Object.values(service.pipelines)) {
      // What reads itself is behind a queue, and what is scraped has none to be full.
      if (!from[0]!.startsWith('forward/') || to[0]!.startsWith('prometheus/')) continue
      expect(['batch/apart', 'interval/points']).toContain(processors[0])
    }
  })

  test('has a queue on disk, endless retries, and compression', () => {
    for (const [id, exporter] of Object.entries(exporters)) {
      if (others(id)) continue
      expect(exporter.sending_queue?.storage).toBe('file_storage/queue')
      expect(exporter.retry_on_failure?.max_elapsed_time).toBe('0s')
      if (name !== 'remote-write') expect(exporter.compression).toBe('gzip')
    }
  })

  test('makes requests below the limit', () => {
    const limits = Object.values(services.find(({ file }) => file === name)!.limits ?? {})
    const sizes = Object.values(exporters).flatMap(
      ({ sending_queue }) => sending_queue?.batch?.max_size ?? [],
    )
    if (limits.length > 0 && sizes.length > 0) {
      expect(Math.max(...sizes)).toBeLessThan(Math.max(...limits))
      expect(Math.min(...sizes)).toBeLessThan(Math.min(...limits))
    }
  })

  test('has each variable with its default in the header, and goes where the service’s page says', () => {
    const used = [...textOf(name).matchAll(/\$\{env:(\w+)(?::-([^}]*))?\}/g)].map(([, variable]) => variable!)
    expect([...new Set(used)].sort()).toEqual(backend.variables.map((variable) => variable.name).sort())
    const defaults = Object.fromEntries(
      backend.variables.map(({ name: variable, fallback }) => [variable, fallback]),
    )
    expect(defaults).toMatchObject(services.find(({ file }) => file === name)!.defaults)
  })

  test('has keys from the environment only', () => {
    for (const [header, value] of Object.entries(
      Object.values(exporters).flatMap(({ headers = {} }) => Object.entries(headers)),
    )) {
      if (/auth|key|token|dsn|team$/i.test(value[0]))
        expect(`${header} ${value[1]}`).toMatch(/\$\{env:\w+:-\}$/)
    }
  })

  test('says enough, in few words', () => {
    for (const field of ['Shows', 'Does not take', 'Tried', 'Source'])
      expect(backend.fields[field]).toBeTruthy()
  })
})

test('what has one name in several files is the same', () => {
  const found = new Map<string, unknown>()
  for (const name of names) {
    for (const [id, value] of Object.entries({ ...fileOf(name).processors, ...fileOf(name).exporters })) {
      if (found.has(id)) expect({ id, value }).toEqual({ id, value: found.get(id) })
      found.set(id, value)
    }
  }
})

test('OpenInference’s names are the same for Phoenix and Arize, but for the project', () => {
  const phoenix = JSON.stringify(fileOf('phoenix').processors!['transform/openinference'])
  expect(JSON.stringify(fileOf('arize').processors!['transform/arize'])).toBe(
    phoenix.replaceAll('PHOENIX_', 'ARIZE_'),
  )
})

test('overlays/content-for-some.yaml asks for spans of models as protect.yaml does, and keeps what redact.yaml keeps', () => {
  const read = (path: string) => parse(readFileSync(join(folder, path), 'utf8')) as Config
  interface Config {
    connectors: Record<string, { table: { condition: string }[] }>
    processors: Record<string, { trace_statements: { statements: string[] }[] }>
  }
  const overlay = read('overlays/content-for-some.yaml')
  const condition = (config: Config) => config.connectors['routing/kinds']!.table.map((row) => row.condition)
  expect(condition(overlay)).toEqual(condition(read('protect.yaml')))
  const redact = parse(readFileSync(join(folder, 'protect/redact.yaml'), 'utf8')) as {
    conditions: string[]
    statements: string[]
  }[]
  expect(overlay.processors['transform/content_texts']!.trace_statements[0]!.statements).toEqual(
    redact.at(-1)!.statements,
  )
})

test('each other file of send/ has a page of its own, or none', () => {
  const files = readdirSync(join(folder, 'send')).filter((file) => file.endsWith('.yaml'))
  const rest = files.map((file) => file.replace('.yaml', '')).filter((file) => !names.includes(file))
  expect(rest.filter((file) => !['tempo', 'prometheus', 'queue', 'jaeger'].includes(file))).toEqual([])
})
