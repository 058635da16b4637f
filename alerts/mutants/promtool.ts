import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** A test file, and the rules that it tests. */
export interface Files {
  test: object
  rules: object
  cost: number
}

/** As it was read: without quotes that would make text of a number. */
const plain = { schema: 'failsafe', aliasDuplicateObjects: false } as const

/** Runs many small test files. */
export class Promtool {
  readonly #image: string

  constructor(image: string) {
    this.#image = image
  }

  /** @returns of each whether it passed */
  async run(all: readonly Files[], what: string): Promise<boolean[]> {
    if (all.length === 0) return []
    const began = Date.now()
    const passed: boolean[] = []
    const indices = all.map((_, i) => i).sort((a, b) => all[b]!.cost - all[a]!.cost)
    const workers = availableParallelism()
    await Promise.all(
      Array.from({ length: workers }, async (_, worker) => {
        const share = indices.filter((_, i) => i % workers === worker)
        // So many at a time that a command line holds their names.
        for (let i = 0; i < share.length; i += 500) {
          const part = share.slice(i, i + 500)
          const results = await this.#test(part.map((index) => all[index]!))
          for (const [j, index] of part.entries()) passed[index] = results[j]!
        }
      }),
    )
    const failed = passed.filter((one) => !one).length
    console.error(
      `${what}: ${all.length} run, ${failed} failed, ${Math.round((Date.now() - began) / 1000)} s`,
    )
    return passed
  }

  /** One promtool for many files: starting it takes longer than most tests. @returns of each whether it passed */
  async #test(all: readonly Files[]): Promise<boolean[]> {
    const folder = await mkdtemp(join(tmpdir(), 'mutants-'))
    try {
      return await this.#testIn(folder, all)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  async #testIn(folder: string, all: readonly Files[]): Promise<boolean[]> {
    const names: string[] = []
    for (const [i, { test, rules }] of all.entries()) {
      await mkdir(join(folder, String(i)))
      await writeFile(join(folder, String(i), 'rules.yaml'), stringify(rules, plain))
      await writeFile(join(folder, String(i), 'test.yaml'), stringify(test, plain))
      names.push(`/mutants/${i}/test.yaml`)
    }
    // The image's user is not ours.
    await chmod(folder, 0o777)
    const args = [
      ...['run', '--rm', '--network=none', '--read-only', '--tmpfs=/tmp', '--volume', `${folder}:/mutants`],
      ...[
        '--entrypoint=/bin/promtool',
        this.#image,
        'test',
        'rules',
        '--junit=/mutants/results.xml',
        ...names,
      ],
    ]
    // It fails where a test fails: what it wrote counts.
    const said = await new Promise<string>((resolve) => {
      execFile('docker', args, { maxBuffer: 2 ** 30 }, (_, __, stderr) => resolve(stderr))
    })
    const xml = await readFile(join(folder, 'results.xml'), 'utf8').catch(() => '')
    const failures = [...xml.matchAll(/<testsuite [^>]* failures="(\d+)" errors="(\d+)"/g)]
    if (failures.length !== all.length) throw new Error(`promtool: ${said.slice(-2000)}`)
    const unread = /[^>]*could not parse expression[^<]*/.exec(xml)?.[0]
    if (unread !== undefined) throw new Error(`promtool cannot read a change: ${unread}`)
    return failures.map(([, failed, broken]) => failed === '0' && broken === '0')
  }
}
