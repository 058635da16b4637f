import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type { MatchLogic } from '@pydantic/genai-prices'
import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
import { readPriceBook } from './book.ts'
import { changes } from './changes.ts'
import { entryOf } from './entry.ts'
import { LEFT_OUT, withoutVersion } from './names.ts'
import { PROVIDERS } from './providers.ts'
import { readTiers } from './tiers.ts'

const book = readPriceBook()
const rates = { input: 1, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2, output: 5 }

test('the committed files are what the generator writes', () => {
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

test('spans call no two providers by one name', () => {
  const names = Object.values(PROVIDERS).flat()
  expect(new Set(names).size).toBe(names.length)
})

describe('names', () => {
  test.each([
    ['anthropic', 'claude-sonnet-5-5'],
    ['anthropic', 'claude-haiku-5-5'],
    ['openai', 'gpt-5-mini-super'],
    ['aws', 'anthropic.claude-sonnet-5-5-v1:0'],
    ['google', 'claude-opus-5-9@20270101'],
  ])('%s: %s is not taken for the model that it begins like, as the data set does', (provider, name) => {
    expect(book.get(provider)!.has(name)).toBe(false)
    expect(book.get(provider)!.has(withoutVersion(name, provider))).toBe(false)
  })

  test('lose no part that makes another model', () => {
    for (const [provider, models] of book) {
      for (const [name, periods] of models) {
        const short = models.get(withoutVersion(name, provider))
        // A snapshot may have a price of its own, as it is looked up by its whole name first; nothing else may.
        if (short && entryText(short) !== entryText(periods))
          expect(name).toMatch(/20\d{2}-?\d{2}-?\d{2}|latest|preview|00\d$/)
      }
    }
  })
  const entryText = (periods: Parameters<typeof entryOf>[0]) => JSON.stringify(entryOf(periods))
})

test('every name that the data set spells out has its price, where it is one of tokens alone', () => {
  const tokens = /^(input|output|cache_read|cache_write|cache_write_1h)_mtok$/
  const missing = [...book].flatMap(([provider, models]) =>
    findProvider({ providerId: provider })!.models.flatMap(({ match, prices }) => {
      if (Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date'))
        return []
      const periods = Array.isArray(prices) ? prices.map((period) => period.prices) : [prices]
      const keys = periods.flatMap((period) => Object.keys(period))
      if (keys.length === 0 || !keys.every((key) => tokens.test(key))) return []
      return spelledOut(match)
        .filter((name) => calcPrice({ input_tokens: 1, output_tokens: 1 }, name, { providerId: provider }))
        .filter((name) => !models.has(name) && !models.has(withoutVersion(name, provider)))
        .map((name) => `${provider}/${name}`)
    }),
  )
  // Sound and pictures have no price by text; Bedrock's names without their vendor do not say which geography.
  // Mistral's names have moved on (LEFT_OUT).
  const left = LEFT_OUT.mistral!.map((name) => `mistral/${name}`)
  expect(
    missing.filter(
      (name) => !/audio|image|transcribe|voxtral|-tts|^aws[/]claude-/.test(name) && !left.includes(name),
    ),
  ).toEqual([])
})
function spelledOut(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(spelledOut)
  return 'equals' in match ? [match.equals.toLowerCase()] : []
}

describe('what is not priced by tokens alone has no price', () => {
  test.each([
    ['perplexity', 'sonar-pro'],
    ['openai', 'gpt-4o-audio-preview'],
    ['groq', 'whisper-large-v3'],
    // By the hour, but not at weekends.
    ['deepseek', 'deepseek-v4-pro'],
    ['azure', 'deepseek-v4-pro'],
    // Free of charge at one of Google's two services, charged by the hour of a machine at the other.
    ['google', 'gemma-3'],
  ])('%s: %s', (provider, name) => {
    expect(book.get(provider)!.has(name)).toBe(false)
  })

  test.each([
    ['openai', 'gpt-realtime'],
    ['google', 'gemini-2.5-flash-image'],
    ['aws', 'amazon.nova-sonic-v1'],
  ])(
    'nor has sound or pictures of which a call does not say how much there was: %s: %s',
    (provider, name) => {
      expect(entryOf(book.get(provider)!.get(name)!)).toMatchObject({ told: true })
    },
  )

  test('and a model that is free by its name costs nothing', () => {
    const free = [...book.get('openrouter')!].filter(([name]) => name.endsWith(':free'))
    expect(free.length).toBeGreaterThan(10)
    for (const [, periods] of free) expect(entryOf(periods)).toBe('0 0 0 0 0')
  })
})

test('a cloud has the prices of a vendor where the data set says so', () => {
  expect(findProvider({ providerId: 'azure' })!.fallback_model_providers).toContain('openai')
  expect(book.get('azure')!.get('gpt-5-mini')).toEqual(book.get('openai')!.get('gpt-5-mini'))
  // Its own, where it has one.
  expect(book.get('azure')!.get('o4-mini')).not.toEqual(book.get('openai')!.get('o4-mini'))
})

describe('entries', () => {
  test('one text for what never changes', () => {
    expect(entryOf([{ rates }])).toBe('1 0.1 1.25 2 5')
  })

  test('a choice by date, in it by length; by what the input is', () => {
    const later = { ...rates, output: 4 }
    expect(
      entryOf([
        { rates, long: { above: 9, rates: later } },
        { from: '2026-03-13', rates: later },
      ]),
    ).toEqual({
      from: '2026-03-13',
      then: '1 0.1 1.25 2 4',
      before: { above: 9, long: '1 0.1 1.25 2 4', short: '1 0.1 1.25 2 5' },
    })
    const audio = { input: 3, cacheRead: undefined, output: 12 }
    expect(entryOf([{ rates, modal: { audio }, told: true }])).toEqual({
      text: '1 0.1 1.25 2 5',
      audio: '3 - 12',
      told: true,
    })
    expect(entryOf([{ rates: { ...rates, webSearches: 10 } }])).toBe('1 0.1 1.25 2 5 10')
  })

  test('the date from which a price holds, of the data set', () => {
    expect(entryOf(book.get('anthropic')!.get('claude-opus-4-6')!)).toMatchObject({
      from: '2026-03-13',
      then: '5 0.5 6.25 10 25 10',
      before: { above: 200_000 },
    })
  })
})

test('changes read as a list', () => {
  const old = { a: { x: '1 1 1 1 1', y: '2 2 2 2 2' } }
  const now = { a: { x: '1 1 1 1 3' }, b: { z: { above: 5, long: '2', short: '1' } } }
  expect(changes(JSON.stringify(old), JSON.stringify(now))).toEqual([
    '  a/x: 1 1 1 1 1 → 1 1 1 1 3',
    '- a/y: 2 2 2 2 2',
    '+ b/z: {"above":5,"long":"2","short":"1"}',
  ])
})

describe('tiers', () => {
  const file = (yaml: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'tiers-')), 'tiers.yaml')
    writeFileSync(path, yaml)
    return path
  }

  test('only name models that are in the book', () => {
    const path = join(import.meta.dirname, 'tiers.yaml')
    const tiers = parse(readFileSync(path, 'utf8')) as Record<string, Record<string, Record<string, object>>>
    for (const providers of Object.values(tiers)) {
      for (const [provider, values] of Object.entries(providers)) {
        const models = Object.values(values).flatMap((multiples) => Object.keys(multiples))
        expect([...book.get(provider)!.keys(), '*']).toEqual(expect.arrayContaining(models))
      }
    }
  })

  test.each([
    ['an unknown dimension', 'weather: {}\n', 'unknown weather'],
    ['an unknown provider', 'speed: { nobody: { fast: { x: 2 } } }\n', 'unknown provider nobody'],
    [
      'a multiple of nothing',
      'speed: { openai: { fast: { x: 0 } } }\n',
      'speed/openai/fast/x: expected a multiple',
    ],
    [
      'a limit that is none',
      'speed: { openai: { fast: { x: { multiple: 2 } } } }\n',
      'fast/x: expected a multiple',
    ],
  ])('refuse %s, and name the entry', (_, yaml, message) => {
    expect(() => readTiers(file(yaml))).toThrow(message)
  })
})
