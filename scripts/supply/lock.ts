/** package-lock.json, as far as the supply chain is concerned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LockedPackage {
  /** `node_modules/…`, in which a package may be inside another. */
  path: string
  name: string
  version: string
  licence: string
  /** It is not in the services' image. */
  dev: boolean
}

interface Entry {
  version?: string
  license?: string
  /** A workspace of this repository. */
  link?: boolean
  dev?: boolean
}

export const lockFile = join(import.meta.dirname, '..', '..', 'package-lock.json')

/** All packages from the registry. */
export function lockedPackages(text = readFileSync(lockFile, 'utf8')): LockedPackage[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, Entry> }
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version = '', license = '', dev = false }]) => ({
      path,
      name: path.replace(/^.*node_modules\//, ''),
      version,
      licence: license,
      dev,
    }))
}
