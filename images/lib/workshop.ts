import { mkdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Mutex } from './mutex.ts'
import { cache, root } from './paths.ts'
import { say, step } from './progress.ts'
import { run, type RunOptions } from './run.ts'

/** Go's compiler and linker use all cores: two compiles at once only take turns, and twice the memory. */
const cores = new Mutex()

/** A step of an image's build failed: says which, where its log is and what to do. */
export class BuildError extends Error {
  override readonly name = 'BuildError'

  constructor(image: string, step: string, problem: string, log: string, advice: string) {
    super(
      [`image ${image}: "${step}" failed: ${problem}`, `  log: ${relative(root, log)}`, `  ${advice}`].join(
        '\n',
      ),
    )
  }
}

/** Where one image is made: its folders, its log, and the step it is at. */
export class Workshop {
  readonly name: string
  /** Scratch folder, empty at the start and removed at the end. */
  readonly dir: string
  /** Docker's build context. */
  readonly context: string
  readonly log: string
  #step = 'start'

  private constructor(name: string) {
    this.name = name
    this.dir = join(cache, 'images', name)
    this.context = join(this.dir, 'context')
    this.log = join(cache, 'images', `${name}.log`)
  }

  static async open(name: string): Promise<Workshop> {
    const workshop = new Workshop(name)
    await workshop.close()
    await rm(workshop.log, { force: true })
    await mkdir(workshop.context, { recursive: true })
    return workshop
  }

  async close(): Promise<void> {
    // Sources copied from Go's module cache are writable by then, so this needs no chmod.
    await rm(this.dir, { recursive: true, force: true })
  }

  /** Begins the next step; shown with its duration. */
  step(label: string): void {
    this.#step = label
    step(this.name, label)
  }

  /** Runs a step that keeps all cores busy when no other does. */
  async compile<T>(label: string, task: () => Promise<T>): Promise<T> {
    if (cores.busy) this.step(`${label}: waits for the cores`)
    return cores.run(() => {
      this.step(label)
      return task()
    })
  }

  /**
   * Runs a command of the current step and gives its standard output.
   *
   * @throws BuildError with the last lines it printed, and `advice` on what to do.
   */
  async run(
    command: string,
    args: readonly string[],
    options: RunOptions & { advice?: string } = {},
  ): Promise<string> {
    const result = await run(command, args, { log: this.log, ...options })
    if (result.code === 0) return result.stdout
    const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-8)
    for (const line of lines) say(this.name, `  | ${line}`)
    throw this.failure(`${command} ${outcome(result.code)}`, options.advice)
  }

  /** The error that says that the current step failed. */
  failure(
    problem: string,
    advice = 'Run the same command again: what was downloaded and compiled is kept.',
  ): BuildError {
    return new BuildError(this.name, this.#step, problem, this.log, advice)
  }
}

function outcome(code: number | null): string {
  if (code === null) return 'was ended by a signal'
  return code < 0 ? 'could not be started' : `ended with ${code}`
}
