/** Every dependency's licence, as the lock file has it, is one that lets this be used and passed on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Package {
  license?: string
  /** A workspace of this repository. */
  link?: boolean
  dev?: boolean
}

/** Permissive: a notice at most. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  '(MIT OR CC0-1.0)',
  'Unlicense',
])
/** Of tools that are never passed on with anything: by package, with the licence. */
const TOOLS: Record<string, string> = {
  'node_modules/axe-core': 'MPL-2.0',
  'node_modules/caniuse-lite': 'CC-BY-4.0',
  'node_modules/markdown-it/node_modules/argparse': 'PSF-2.0',
  'node_modules/markdownlint-cli2/node_modules/argparse': 'PSF-2.0',
}
/** Those whose package.json has the licence in the old form, which the lock file leaves out. All MIT. */
const OLD_FORM = new Set(['node_modules/buildcheck', 'node_modules/cpu-features', 'node_modules/ssh2'])

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>
}
const packages = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && !link,
)

test('each licence is on the list', () => {
  const others = packages.filter(
    ([path, { license = '', dev }]) =>
      !PERMISSIVE.has(license) && !(dev && TOOLS[path] === license) && !(OLD_FORM.has(path) && !license),
  )
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
  expect(packages.length).toBeGreaterThan(100)
})

test('what is excepted is still there', () => {
  const paths = new Set(packages.map(([path]) => path))
  expect([...Object.keys(TOOLS), ...OLD_FORM].filter((path) => !paths.has(path))).toEqual([])
})
