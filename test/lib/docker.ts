import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const root = join(import.meta.dirname, '..', '..')

/** Runs docker. @throws with what it printed, where it fails. */
export async function docker(...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)('docker', args, {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`docker ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/** Runs one command of an image on the repository's files, which are at /repo, and without a network. */
export function runImage(image: string, entrypoint: string, ...args: string[]): Promise<string> {
  return docker(
    ...['run', '--rm', '--network=none', '--read-only', '--tmpfs=/tmp', '--volume', `${root}:/repo:ro`],
    ...['--entrypoint', entrypoint, image, ...args],
  )
}

/** Memory that a container uses, in bytes. */
export async function memoryOf(container: string): Promise<number> {
  const usage = await docker('stats', '--no-stream', '--format={{.MemUsage}}', container)
  const [, value, unit] = /^([\d.]+)([KMG]iB)/.exec(usage)!
  return Number(value) * { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit as 'KiB' | 'MiB' | 'GiB']
}
