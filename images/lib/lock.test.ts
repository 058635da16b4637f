import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { oneProcess } from './lock.ts'
import { cache } from './paths.ts'

const name = `lock-test-${process.pid}`
const file = join(cache, `${name}.lock`)

afterEach(() => rm(file, { force: true }))

test('two tasks of one name do not overlap', async () => {
  const events: string[] = []
  const task = (id: string) => async () => {
    events.push(`${id} begins`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    events.push(`${id} ends`)
  }
  await Promise.all([oneProcess(name, task('a')), oneProcess(name, task('b'))])
  expect(events.map((event) => event.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends'])
})

test('a failed task frees the lock', async () => {
  await expect(oneProcess(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(oneProcess(name, () => Promise.resolve(1))).resolves.toBe(1)
})

test('the lock of a process that ended does not count', async () => {
  await mkdir(cache, { recursive: true })
  // Above the largest process id that Linux gives.
  await writeFile(file, '4194305')
  await expect(oneProcess(name, () => Promise.resolve(1))).resolves.toBe(1)
})
