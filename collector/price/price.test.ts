import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPriceBook } from './book.ts'
import { applyOverrides } from './overrides.ts'

const book = readPriceBook()

test('the committed fragment is what the generator writes', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'generate.ts'), '--check'], { stdio: 'pipe' })
})

test('has every current model that the demo services use', () => {
  expect([...book.get('anthropic')!.keys()]).toEqual(
    expect.arrayContaining(['claude-sonnet-5', 'claude-haiku-4-5']),
  )
  expect([...book.get('openai')!.keys()]).toEqual(
    expect.arrayContaining(['gpt-5-mini', 'text-embedding-3-small']),
  )
})

test('does not take a prefix for the same model, as the data set does', () => {
  expect(book.get('anthropic')!.has('claude-sonnet-5-5')).toBe(false)
})

test('keeps the date from which a price holds', () => {
  const [before, after] = book.get('anthropic')!.get('claude-opus-4-6')!
  expect(before!.tier?.above).toBe(200_000)
  expect(after).toMatchObject({ from: String(BigInt(Date.UTC(2026, 2, 13)) * 1_000_000n), input: 5 })
  expect(after!.tier).toBeUndefined()
})

describe('overrides', () => {
  const file = (yaml: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'prices-')), 'overrides.yaml')
    writeFileSync(path, yaml)
    return path
  }

  test('win over the data set, and fill what they leave out from input', () => {
    const own = readPriceBook()
    applyOverrides(own, file('anthropic:\n  claude-sonnet-5: { input: 2, output: 8, cache_write: 2.5 }\n'))
    expect(own.get('anthropic')!.get('claude-sonnet-5')).toEqual([
      { from: '0', input: 2, cacheRead: 2, cacheWrite: 2.5, cacheWrite1h: 2.5, output: 8 },
    ])
  })

  test.each([
    ['an unknown key', 'x:\n  m: { input: 1, output: 1, cached: 1 }\n', 'x/m: unknown key cached'],
    ['a negative price', 'x:\n  m: { input: -1, output: 1 }\n', 'x/m: input must be a number'],
    ['a price as text', 'x:\n  m: { input: 1, output: "2" }\n', 'x/m: output must be a number'],
    ['no output', 'x:\n  m: { input: 1 }\n', 'x/m: input and output are needed'],
  ])('refuse %s, and name the entry', (_, yaml, message) => {
    expect(() => applyOverrides(new Map(), file(yaml))).toThrow(message)
  })
})
