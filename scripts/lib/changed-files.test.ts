import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastChange } from './changed-files.ts'

test('the newest file of a folder counts, however deep', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'changed-files-'))
  try {
    await mkdir(join(folder, 'a/b'), { recursive: true })
    await writeFile(join(folder, 'a/b/new.yaml'), '')
    const future = Date.now() / 1000 + 3600
    await utimes(join(folder, 'a/b/new.yaml'), future, future)
    expect(await lastChange(folder)).toBeCloseTo(future * 1000, -2)
  } finally {
    await rm(folder, { recursive: true })
  }
})
