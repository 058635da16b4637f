/** The rules on classic histograms (alerts/classic) pass the same tests as those on native ones, on the same data. */
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { differences, nativeOnly } from '../../alerts/classic/differences.ts'
import { ruleFiles, testsFolder } from '../../alerts/rules.ts'
import { classicTest, type TestFile } from '../../alerts/classic/tests.ts'
import { resolveImages } from '../../images/resolve.ts'
import { docker, root } from '../lib/docker.ts'

const textOf = (file: string) => readFileSync(join(testsFolder, file), 'utf8')
/** Without histograms, rules are the same in both sets. */
const tests = readdirSync(testsFolder).filter(
  (file) => !nativeOnly.includes(file) && textOf(file).includes('buckets:['),
)

let folder: string
let promtool: (...args: string[]) => Promise<string>
beforeAll(async () => {
  const { PROMETHEUS_IMAGE: image } = await resolveImages()
  folder = await mkdtemp(join(tmpdir(), 'classic-rules-'))
  // The image's user is not ours.
  await chmod(folder, 0o755)
  // The native ones' places, as the tests name them.
  for (const part of ['rules', 'tests']) await mkdir(join(folder, part))
  for (const [file, path] of ruleFiles) await cp(join(root, 'alerts/classic', file), join(folder, path))
  promtool = (...args) =>
    docker(
      ...['run', '--rm', '--network=none', '--read-only', '--tmpfs=/tmp', '--volume', `${folder}:/rules:ro`],
      ...['--entrypoint=/bin/promtool', image!, ...args],
    )
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

test('promtool check rules', async () => {
  await promtool(
    'check',
    'rules',
    '--lint=all',
    '--lint-fatal',
    ...[...ruleFiles.values()].map((path) => `/rules/${path}`),
  )
}, 60_000)

test.each(tests)(
  'promtool test rules %s, on classic histograms',
  async (file) => {
    let text = textOf(file)
    for (const [native, classic] of differences[file] ?? []) {
      expect(text).toContain(native)
      text = text.replaceAll(native, classic)
    }
    // As promtool reads it: `0x60` is text.
    const test = classicTest(parse(text, { schema: 'failsafe' }) as TestFile)
    await writeFile(
      join(folder, 'tests', file),
      stringify(test, { schema: 'failsafe', aliasDuplicateObjects: false }),
    )
    await promtool('test', 'rules', `/rules/tests/${file}`)
  },
  240_000,
)
