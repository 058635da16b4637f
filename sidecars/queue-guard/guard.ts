import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { damageOf } from './bolt.ts'
import { tell } from './tell.ts'

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
   * to compact them. @throws where a file could not be looked at, with the first reason; the others were looked at
   */
  async look(): Promise<void> {
    if (await this.#answers()) return
    const problems: unknown[] = []
    for (const entry of await readdir(this.#directory, { withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith(BACKUP) || entry.name.startsWith(TEMPORARY)) continue
      await this.#lookAt(join(this.#directory, entry.name)).catch((error: unknown) => problems.push(error))
    }
    if (problems.length > 0) throw problems[0]
  }

  async #lookAt(file: string): Promise<void> {
    const { ino, size, mtimeMs } = await stat(file)
    const state = `${ino} ${size} ${mtimeMs}`
    if (this.#whole.get(file) === state) return
    // Without the lock, as the Collector waits for it for no more than a second when it starts.
    if (damageOf(file) === undefined) {
      this.#whole.set(file, state)
      tell('info', 'the Collector does not answer; its queue is whole', { file })
      return
    }
    // What looked like damage may have been a write. flock(1), as Node has no lock of its own, and bbolt's is flock(2).
    await run('flock', ['-n', file, process.execPath, check, file, String(ino)]).then(
      ({ stdout }) => process.stdout.write(stdout),
      (error: Error & { code?: unknown; stderr?: string }) => {
        // 1 and not a word: the Collector has it.
        if (error.code !== 1 || error.stderr) throw error
      },
    )
  }

  async #answers(): Promise<boolean> {
    return fetch(this.#healthUrl, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  }
}
