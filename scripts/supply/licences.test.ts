/** Every dependency's licence, as the lock file has it, is one that lets this be used and passed on. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { lockedPackages } from './lock.ts'

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

const packages = lockedPackages()

test('each licence is on the list', () => {
  const others = packages.filter(
    ({ path, licence, dev }) =>
      !PERMISSIVE.has(licence) && !(dev && TOOLS[path] === licence) && !(OLD_FORM.has(path) && !licence),
  )
  expect(others.map(({ path, licence }) => `${path}: ${licence}`)).toEqual([])
  expect(packages.length).toBeGreaterThan(100)
})

test('what is excepted is still there', () => {
  const paths = new Set(packages.map(({ path }) => path))
  expect([...Object.keys(TOOLS), ...OLD_FORM].filter((path) => !paths.has(path))).toEqual([])
})

test('THIRD_PARTY.md lists what the lock file has', () => {
  const generator = join(import.meta.dirname, 'third-party.ts')
  execFileSync(process.execPath, [generator, '--check'], { stdio: 'pipe' })
})
