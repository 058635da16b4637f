/** Files that are generated and committed: each generator ends here. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'

/**
 * Writes generated files. With `--check` on the command line it compares them instead. A file that differs, and one that nothing
 * makes, is named on stderr, and the exit code becomes 1.
 *
 * @param files texts by path
 * @param found paths of which each has to be one of `files`: what is in a folder of generated files
 */
export function writeGenerated(files: Readonly<Record<string, string>>, found: readonly string[] = []): void {
  for (const [path, text] of Object.entries(files)) {
    if (!process.argv.includes('--check')) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      fail(`${relative('', path)} is not what its generator writes`)
    }
  }
  for (const path of found) if (!(path in files)) fail(`${relative('', path)} has no source`)
}

function fail(reason: string): void {
  console.error(`${reason}: run \`npm run generate\` and commit it`)
  process.exitCode = 1
}
