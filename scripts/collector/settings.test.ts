/**
 * docs/settings.md has each environment variable of the Collector's files, with the default that stands there, and no other.
 * Those of backends are on the backends' own pages (backends.test.ts).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBackends } from './backends.ts'
import { folder } from './config.ts'

const page = readFileSync(join(folder, '..', 'docs', 'settings.md'), 'utf8')

test('variables and defaults of docs/settings.md are those of collector/**/*.yaml', () => {
  const backends = readBackends().map(({ name }) => join('send', `${name}.yaml`))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.yaml') && !backends.includes(file),
  )
  const used = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\$\{env:(\w+)(?::-([^}]*))?\}/g)].map(
      ([, name, value]) => `${name} = ${value}`,
    ),
  )
  expect(used.length).toBeGreaterThan(40)
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `([^`]*)` +\| (.*?) +\|$/gm)]
  expect(rows.map(([, name, value]) => `${name} = ${value}`).sort()).toEqual([...new Set(used)].sort())
})
