import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The end of the name of what is put aside, by the Collector's `file_storage` as by us. */
const BACKUP = '.backup'
/** A compaction's, which the Collector removes itself. */
const TEMPORARY = 'tempdb'

const run = promisify(execFile)
const check = join(import.meta.dirname, 'check.ts')

/** The files of the Collector's queue, in one directory. */
export class Guard {
  readonly #directory: string
  readonly #healthUrl: string
  /** What was found whole, as it was then. */
  readonly #whole = new Map<string, string>()

  constructor(directory: string, healthUrl: string) {
    this.#directory = directory
    this.#healthUrl = healthUrl
  }

  /** How many files were put aside and not taken away since. */
  async setAside(): Promise<number> {
    return (await readdir(this.#directory)).filter((name) => name.endsWith(BACKUP)).length
  }

  /**
   * Puts damaged files aside, if the Collector does not answer: while it does, it has them open, or closes them for a moment
   * to compact them. @throws what the file system says, and where there is no `flock`
   */
  async look(): Promise<void> {
    if (await this.#answers()) return
    for (const entry of await readdir(this.#directory, { withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith(BACKUP) || entry.name.startsWith(TEMPORARY)) continue
      const file = join(this.#directory, entry.name)
      const state = await stateOf(file)
      if (state === undefined || this.#whole.get(file) === state) continue
      if (await this.#putAside(file)) this.#whole.set(file, state)
    }
  }

  /** @returns whether it was looked at: not while the Collector has it. */
  async #putAside(file: string): Promise<boolean> {
    // flock(1), as Node has no lock of its own, and bbolt's is flock(2).
    const { stdout, held } = await run('flock', ['-n', file, process.execPath, check, file]).then(
      ({ stdout }) => ({ stdout, held: false }),
      (error: Error & { code?: unknown; stderr?: string }) => {
        if (error.code === 1 && !error.stderr) return { stdout: '', held: true }
        throw error
      },
    )
    process.stdout.write(stdout)
    return !held
  }

  async #answers(): Promise<boolean> {
    return fetch(this.#healthUrl, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  }
}

/** Changes with each write. Undefined where the file is gone meanwhile. */
async function stateOf(file: string): Promise<string | undefined> {
  const { ino, size, mtimeMs } = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return { ino: 0, size: 0, mtimeMs: 0 }
    throw error
  })
  return ino === 0 ? undefined : `${ino} ${size} ${mtimeMs}`
}
