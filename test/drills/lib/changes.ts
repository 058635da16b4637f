import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { root } from '../../lib/docker.ts'

/** One value of a file of collector/, that a drill has otherwise; undefined: not set. */
export interface Change {
  file: string
  path: string[]
  value: unknown
}

/** A copy of collector/ with the changes. An overlay could not make them: it replaces a whole `${file:…}`. */
export async function changedCollector(changes: readonly Change[]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'drill-collector-'))
  await cp(join(root, 'collector'), copy, { recursive: true })
  for (const { file, path, value } of changes) {
    const yaml = parseDocument(await readFile(join(copy, file), 'utf8'))
    if (value === undefined) yaml.deleteIn(path)
    else yaml.setIn(path, yaml.createNode(value))
    await writeFile(join(copy, file), String(yaml))
  }
  return copy
}
