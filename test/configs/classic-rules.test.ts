/** The rules on classic histograms (alerts/classic) pass the same tests as those on native ones, on the same data. */
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { differences, nativeOnly } from '../../alerts/classic/differences.ts'
import { classicTest, type TestFile } from '../../alerts/classic/tests.ts'
import { resolveImages } from '../../images/resolve.ts'
import { docker, root } from '../lib/docker.ts'

const source = join(root, 'alerts')
const rules = readdirSync(join(source, 'classic')).filter((file) => file.endsWith('.rules.yaml'))
const textOf = (file: string) => readFileSync(join(source, file), 'utf8')
/** Without histograms, rules are the same in both sets. */
const tests = readdirSync(source).filter(
  (file) => file.endsWith('.test.yaml') && !nativeOnly.includes(file) && textOf(file).includes('buckets:['),
)

let folder: string
let promtool: (...args: string[]) => Promise<string>
beforeAll(async () => {
  const { PROMETHEUS_IMAGE: image } = await resolveImages()
  folder = await mkdtemp(join(tmpdir(), 'classic-rules-'))
  // The image's user is not ours.
  await chmod(folder, 0o755)
  for (const file of rules) await cp(join(source, 'classic', file), join(folder, file))
  promtool = (...args) =>
    docker(
      ...['run', '--rm', '--network=none', '--read-only', '--tmpfs=/tmp', '--volume', `${folder}:/rules:ro`],
      ...['--entrypoint=/bin/promtool', image!, ...args],
    )
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

test('promtool check rules', async () => {
  await promtool('check', 'rules', '--lint=all', '--lint-fatal', ...rules.map((file) => `/rules/${file}`))
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
    await writeFile(join(folder, file), stringify(test, { schema: 'failsafe', aliasDuplicateObjects: false }))
    await promtool('test', 'rules', `/rules/${file}`)
  },
  240_000,
)
