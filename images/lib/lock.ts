import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cache } from './paths.ts'
import { say } from './progress.ts'

/**
 * Runs a task while no other process of this repository runs one of the same name; waits for it otherwise. The lock of
 * a process that no longer lives does not count.
 */
export async function oneProcess<T>(name: string, task: () => Promise<T>): Promise<T> {
  const file = join(cache, `${name}.lock`)
  await mkdir(cache, { recursive: true })
  let told = false
  while (!(await take(file))) {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''))
    if (owner > 0 && !isAlive(owner)) {
      await rm(file, { force: true })
      continue
    }
    if (!told) say(name, `waits for process ${owner}, which is at it`)
    told = true
    await sleep(500)
  }
  try {
    return await task()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
