import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Registry } from './registry.ts'

const path = process.env['PATH']
let folder: string
let asked: string

/** A `docker` that notes what it is asked to pull, and then does this. */
async function engine(script: string): Promise<void> {
  await writeFile(join(folder, 'docker'), `#!/bin/sh\necho "$2" >> ${asked}\n${script}\n`)
  await chmod(join(folder, 'docker'), 0o755)
}
const pulls = async () => (await readFile(asked, 'utf8')).trim().split('\n')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'))
  asked = join(folder, 'asked')
  process.env['PATH'] = `${folder}${delimiter}${path}`
})
afterEach(async () => {
  process.env['PATH'] = path
  await rm(folder, { recursive: true })
})

test('a registry that cannot be reached is asked once', async () => {
  await engine('echo "dial tcp: lookup registry: no such host" >&2; exit 1')
  const registry = new Registry()
  const results = await Promise.all([registry.pull('a'), registry.pull('b')])
  expect(results.map((result) => result.pulled)).toEqual([false, false])
  expect(results[1]).toMatchObject({ why: expect.stringContaining('no such host') as string })
  expect(await pulls()).toEqual(['a'])
})

test('a registry that says nothing is not waited for', async () => {
  await engine('exec sleep 30')
  const registry = new Registry(300)
  expect(await registry.pull('a')).toMatchObject({ pulled: false })
  await registry.pull('b')
  expect(await pulls()).toEqual(['a'])
})

test('a registry that answers may take longer', async () => {
  await engine('echo "1.0: Pulling from a"; sleep 0.6')
  expect(await new Registry(300).pull('a')).toEqual({ pulled: true })
})

test('an image that the registry does not have says nothing of the next', async () => {
  await engine('[ "$2" = b ] && exit 0; echo "manifest for a not found: manifest unknown" >&2; exit 1')
  const registry = new Registry()
  expect(await registry.pull('a')).toEqual({
    pulled: false,
    why: 'manifest for a not found: manifest unknown',
  })
  expect(await registry.pull('b')).toEqual({ pulled: true })
})
