import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

export interface RunOptions {
  cwd?: string
  /** Added to this process's environment. */
  env?: Record<string, string>
  /** Everything the command prints is appended here. */
  log?: string
  /** Ends the command when aborted. */
  signal?: AbortSignal
  /** Called with each piece of standard output. */
  onOutput?: (text: string) => void
}

export interface RunResult {
  /** Exit code; null when ended by a signal or when the program could not be started. */
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a command to its end and gives what it printed; a failure is in `code`, nothing is thrown for it. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: 'a' })
  log?.write(`$ ${command} ${args.join(' ')}\n`)
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
  })
  const result: RunResult = { code: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text
    log?.write(text)
    options.onOutput?.(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    result.stderr += text
    log?.write(text)
  })
  await new Promise<void>((resolve) => {
    child.on('close', (code) => {
      result.code = code
      resolve()
    })
    // ENOENT: the program is not there. 'close' follows, but without output.
    child.on('error', (error) => {
      result.stderr += error.message
      log?.write(`${error.message}\n`)
    })
  })
  if (log !== undefined) {
    log.end()
    await once(log, 'close')
  }
  return result
}
