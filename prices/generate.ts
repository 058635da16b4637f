/**
 * Writes collector/price/look-up.yaml and collector/price/book.json from genai-prices and tiers.yaml, and prints which prices
 * changed. `--check` only compares, and fails on drift.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { writeGenerated } from '../scripts/lib/generated.ts'
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
const before = existsSync(bookPath) ? readFileSync(bookPath, 'utf8') : '{}'
for (const line of changes(before, bookFile(book))) console.log(line)
writeGenerated({
  [bookPath]: bookFile(book),
  [join(target, 'look-up.yaml')]: priceFragment(
    book,
    readTiers(join(import.meta.dirname, 'tiers.yaml')),
    version,
  ),
})
