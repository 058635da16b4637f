/** The Collector's configuration: several files, which the Collector merges, as docker-compose.yml lists them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..', '..')
export const folder = join(root, 'collector')

type Components = Record<string, unknown>

export interface Config {
  extensions: Components
  receivers: Components
  processors: Components
  connectors: Components
  exporters: Record<string, Components>
  service: {
    extensions: string[]
    telemetry: unknown
    pipelines: Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }>
  }
}

/** The stages' files, relative to collector/, in the order of the data. */
export function configFiles(): string[] {
  const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: { collector: { entrypoint: string[] } }
  }
  return compose.services.collector.entrypoint
    .slice(1)
    .map((flag) => flag.replace('--config=', '').replace('${TRACE_STORE:-tempo}', 'tempo'))
}

/** The options that start the Collector in collector/. @param overlays files that are laid over the stages' */
export const configFlags = (...overlays: string[]): string[] =>
  [...configFiles(), ...overlays].map((file) => `--config=${file}`)

/** The stages' files as one, as the Collector merges them; `${file:…}` and `${env:…}` stay. */
export function readConfig(from = folder): Config {
  const configs = configFiles().map((file) => parse(readFileSync(join(from, file), 'utf8')) as object)
  return configs.reduce(merge, {}) as Config
}

/** Maps are merged, all else is replaced. */
function merge(one: object, other: object): object {
  const isMap = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const merged: Record<string, unknown> = { ...one }
  for (const [key, value] of Object.entries(other)) {
    const before = merged[key]
    merged[key] = isMap(before) && isMap(value) ? merge(before, value) : (value as unknown)
  }
  return merged
}
