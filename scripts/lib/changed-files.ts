import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../images/lib/run.ts'
import type { Compose } from './compose.ts'

/**
 * The running services whose mounted files have changed since they were started: compose sees no difference there, and
 * would leave them with what they read at their start.
 */
export async function servicesWithChangedFiles(compose: Compose): Promise<string[]> {
  const changed = []
  for (const { ID, Service, State } of await compose.containers()) {
    const mounts = compose.services[Service]?.volumes?.filter(({ type }) => type === 'bind') ?? []
    if (State !== 'running' || mounts.length === 0) continue
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.StartedAt}}', ID])
    const times = await Promise.all(mounts.map(({ source }) => lastChange(source)))
    if (Math.max(...times) > Date.parse(stdout.trim())) changed.push(Service)
  }
  return changed
}

/** When a file, or anything in a folder, changed last, in milliseconds since the epoch. */
export async function lastChange(path: string): Promise<number> {
  const stats = await stat(path)
  const files = stats.isDirectory() ? await readdir(path) : []
  const times = await Promise.all(files.map((file) => lastChange(join(path, file))))
  // ctime as well: a file that is moved into its place keeps its mtime.
  return Math.max(stats.mtimeMs, stats.ctimeMs, ...times)
}
