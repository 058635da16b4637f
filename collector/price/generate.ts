/** Writes collector/price.yaml from genai-prices and overrides.yaml. `--check` only compares, and fails on drift. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readPriceBook } from './book.ts'
import { priceFragment } from './fragment.ts'
import { applyOverrides } from './overrides.ts'

const target = join(import.meta.dirname, '..', 'price.yaml')

const packageFile = createRequire(import.meta.url)
  .resolve('@pydantic/genai-prices')
  .replace(/dist.*$/, 'package.json')
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }

const book = readPriceBook()
applyOverrides(book, join(import.meta.dirname, 'overrides.yaml'))
const fragment = priceFragment(book, version)

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== fragment) {
    console.error(
      'collector/price.yaml is not what its generator writes: run `npm run generate` and commit it',
    )
    process.exit(1)
  }
} else {
  writeFileSync(target, fragment)
}
