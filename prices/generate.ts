/**
 * Writes collector/price/look-up.yaml and collector/price/book.json from genai-prices and tiers.yaml, and prints which prices
 * changed. `--check` only compares, and fails on drift.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readPriceBook } from './book.ts'
import { changes } from './changes.ts'
import { bookFile, priceFragment } from './fragment.ts'
import { readTiers } from './tiers.ts'

const packageFile = createRequire(import.meta.url)
  .resolve('@pydantic/genai-prices')
  .replace(/dist.*$/, 'package.json')
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }

const book = readPriceBook()
const target = join(import.meta.dirname, '..', 'collector', 'price')
const bookPath = join(target, 'book.json')
const files = [
  { path: bookPath, name: 'collector/price/book.json', text: bookFile(book) },
  {
    path: join(target, 'look-up.yaml'),
    name: 'collector/price/look-up.yaml',
    text: priceFragment(book, readTiers(join(import.meta.dirname, 'tiers.yaml')), version),
  },
]

const before = existsSync(bookPath) ? readFileSync(bookPath, 'utf8') : '{}'
for (const line of changes(before, bookFile(book))) console.log(line)
for (const { path, name, text } of files) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text)
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${name} is not what its generator writes: run \`npm run generate\` and commit it`)
    process.exitCode = 1
  }
}
