/**
 * Known faults in what is used: npm run audit -- [--update] [--database=<folder>] [<SBOM>…]
 *
 * osv-scanner reads package-lock.json, and the SBOMs that `npm run sbom` wrote, or those that are named, and compares them with
 * the databases of OSV in a folder (`.cache/osv`): no network is needed. `--update` downloads them before, and needs one.
 *
 * A fault of CVSS 7 or more, or without a score, is an error. osv-scanner.toml names exceptions, each with its reason and end.
 * Exit code: 0 nothing that is high, 1 something, 2 it could not look.
 */
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../../images/lib/paths.ts'
import { findings, isHigh } from './findings.ts'
import type { Scan } from './findings.ts'
import { goTool } from './go-tool.ts'
import { lockFile } from './lock.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    update: { type: 'boolean', default: false },
    database: { type: 'string', default: join(root, '.cache', 'osv') },
  },
})

const databases = () => globSync('**/all.zip', { cwd: values.database })

async function main(): Promise<number> {
  if (!values.update && databases().length === 0) {
    console.error(`no database in ${values.database}: npm run audit -- --update, on a machine with a network`)
    return 2
  }
  const sboms = positionals.length > 0 ? positionals : globSync(join(root, '.cache/sbom/*.cdx.json'))
  const config = join(root, 'osv-scanner.toml')
  const { code, stdout, stderr } = await goTool(
    'osv-scanner',
    [
      ...[
        'scan',
        'source',
        '--format=json',
        '--offline-vulnerabilities',
        `--local-db-path=${values.database}`,
      ],
      ...(values.update ? ['--download-offline-databases'] : ['--offline']),
      ...(existsSync(config) ? [`--config=${config}`] : []),
      ...[lockFile, ...sboms].flatMap((file) => ['--lockfile', file]),
    ],
    { cwd: root },
  )
  // 1: it found something.
  if (code !== 0 && code !== 1) {
    console.error(stderr.trim())
    return 2
  }
  const found = findings(JSON.parse(stdout) as Scan)
  for (const { score, package: name, ids, summary, source } of found)
    console.log(
      `${(score ?? '?').toString().padStart(4)}  ${name}  ${ids.join(' ')}  ${summary}  (${source})`,
    )
  const high = found.filter(isHigh)
  for (const file of databases()) {
    const { mtime } = statSync(join(values.database, file))
    console.log(`database ${file} of ${mtime.toISOString().slice(0, 10)}`)
  }
  console.log(
    `package-lock.json and ${sboms.length} SBOMs: ${found.length} known faults, ${high.length} of them high`,
  )
  return high.length > 0 ? 1 : 0
}

process.exitCode = await main()
