import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const openssl = (...args: string[]) => run('openssl', args)
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** A certificate authority in a folder, for one test run. @throws without an `openssl` command. */
export class Authority {
  readonly #folder: string
  readonly name: string
  private constructor(folder: string, name: string) {
    this.#folder = folder
    this.name = name
  }

  static async create(folder: string, name: string): Promise<Authority> {
    const file = (extension: string) => join(folder, `${name}.${extension}`)
    await openssl(
      ...[
        'req',
        '-x509',
        ...KEY,
        '-keyout',
        file('key'),
        '-out',
        file('crt'),
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
      ],
    )
    return new Authority(folder, name)
  }

  certificate(): Promise<string> {
    return readFile(join(this.#folder, `${this.name}.crt`), 'utf8')
  }

  /** @param days negative: expired since then */
  async issue(name: string, days = 2): Promise<{ cert: string; key: string }> {
    const file = (extension: string) => join(this.#folder, `${name}.${extension}`)
    const authority = (extension: string) => join(this.#folder, `${this.name}.${extension}`)
    await openssl(...['req', ...KEY, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${name}`])
    await writeFile(file('ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    await openssl(
      ...['x509', '-req', '-in', file('csr'), '-CA', authority('crt'), '-CAkey', authority('key')],
      ...['-CAcreateserial', '-out', file('crt'), '-days', String(days), '-extfile', file('ext')],
    )
    return { cert: await readFile(file('crt'), 'utf8'), key: await readFile(file('key'), 'utf8') }
  }
}
