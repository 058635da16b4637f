import { countTokens, toChunks, wordsOf } from './tokens.ts'

test('four bytes are a token, the rest is one more', () => {
  expect(countTokens('')).toBe(0)
  expect(countTokens('abc')).toBe(1)
  expect(countTokens('abcd')).toBe(1)
  expect(countTokens('abcde')).toBe(2)
  expect(countTokens('ä€😀')).toBe(3)
})

test.each([0, 1, 2, 5, 6, 119, 1000])('text of %i tokens has so many', (tokens) => {
  expect(countTokens(wordsOf(tokens))).toBe(tokens)
})

test.each(['', 'x', wordsOf(12), 'ä€😀'.repeat(20), '{"id":"ä"}'])('pieces of %j add up to it', (text) => {
  const chunks = toChunks(text)
  expect(chunks.map((chunk) => chunk.text).join('')).toBe(text)
  expect(chunks.reduce((sum, chunk) => sum + chunk.tokens, 0)).toBe(countTokens(text))
})
