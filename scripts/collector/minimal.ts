/** rendered/minimal.yaml: minimal.yaml with the prices of the current models of Anthropic and OpenAI. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './config.ts'

/** Models of text that are sold today, and their snapshots. Not those whose price changes with the date. */
const CURRENT: Record<string, RegExp> = {
  anthropic: /^claude-(haiku-4-5|opus-4-[5-8]|opus-5(-5)?|sonnet-4-[56]|sonnet-5|fable-5(-1)?)(-20\d{6})?$/,
  openai:
    /^(gpt-4\.1(-mini|-nano)?|gpt-4o(-mini)?|gpt-5(-mini|-nano|-pro|-codex)?|gpt-5\.[1-5](-mini|-nano|-pro|-codex)?|gpt-6-(sol|astra|luna)|o3(-mini)?|o4-mini|text-embedding-3-(small|large))(-20\d\d-\d\d-\d\d)?$/,
}

type Entry = string | { from?: string; then?: Entry; above?: number; short?: string; long?: string }

/** In the order of the book: input, cache_read, cache_write, cache_write_1h, output, and for what is longer than a limit the same. */
function rates(entry: Entry): string | undefined {
  if (typeof entry === 'string') return entry.split(' ').slice(0, 5).join(' ')
  // What held before is past: the book's days are those of the data set, which is older than this file.
  if (entry.then !== undefined) return rates(entry.then)
  const { above, short, long } = entry
  if (above === undefined || short === undefined || long === undefined) return undefined
  return `${rates(short)!} | ${above} | ${rates(long)!}`
}

export function minimal(generated: string): string {
  const book = JSON.parse(readFileSync(join(folder, 'price', 'book.json'), 'utf8')) as Record<
    string,
    Record<string, Entry>
  >
  const providers = Object.entries(CURRENT).map(([provider, names]) => {
    const models = new Map<string, string[]>()
    for (const [name, entry] of Object.entries(book[provider]!)) {
      const price = names.test(name) ? rates(entry) : undefined
      if (price !== undefined) models.set(price, [...(models.get(price) ?? []), name])
    }
    // Models of one price on a line.
    const lines = [...models].map(([price, names]) => names.map((name) => `"${name}": "${price}"`).join(', '))
    return `"${provider}": {\n${lines.map((line) => `  ${line}`).join(',\n')} }`
  })
  const prices = `{ ${providers.join(',\n')} }`.replaceAll('\n', '\n              ')
  return readFileSync(join(import.meta.dirname, 'minimal.yaml'), 'utf8')
    .replace(
      '# GENERATED',
      `# ${generated.replace('from collector/', 'from scripts/collector/minimal.yaml')}`,
    )
    .replace('PRICES', () => prices)
}
