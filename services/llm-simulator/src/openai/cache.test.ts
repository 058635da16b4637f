import { Clock } from '../clock.ts'
import { PrefixCache } from './cache.ts'

const tokens = (count: number, start = 0) =>
  Array.from({ length: count }, (_, i) => String(start + i).padStart(4, '0')).join('')

let clock: Clock
let cache: PrefixCache
beforeEach(() => {
  clock = new Clock()
  cache = new PrefixCache(clock)
})
const use = (prompt: string, scope = 's') => {
  const { read, commit } = cache.use(scope, prompt)
  commit()
  return read
}

test('from 1,024 tokens on, in steps of 128', () => {
  expect(use(tokens(1300))).toBe(0)
  expect(use(tokens(1300))).toBe(1280)
  expect(use(tokens(1200) + tokens(500, 5000))).toBe(1152)
  expect(use(tokens(1023))).toBe(0)
  expect(use(tokens(1024))).toBe(1024)
})

test('five minutes after the last use it is gone', () => {
  use(tokens(1024))
  clock.offsetSeconds = 299
  expect(use(tokens(1024))).toBe(1024)
  clock.offsetSeconds += 299
  expect(use(tokens(1024))).toBe(1024)
  clock.offsetSeconds += 301
  expect(use(tokens(1024))).toBe(0)
})

test('scopes do not share', () => {
  use(tokens(1024))
  expect(use(tokens(1024), 'other')).toBe(0)
})
