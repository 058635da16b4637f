import { findDocument } from './documents.ts'

const ids = Array.from({ length: 12 }, (_, index) => `log-${String(index + 1).padStart(2, '0')}`)

test('every document is there, long enough to be cached, different, and always the same', () => {
  const documents = ids.map((id) => findDocument(id) ?? '')
  for (const document of documents) {
    // At four characters to a token: above 4,096 tokens.
    expect(document.length).toBeGreaterThan(20_000)
    expect(document.length).toBeLessThan(60_000)
  }
  expect(new Set(documents).size).toBe(ids.length)
  expect(ids.map(findDocument)).toEqual(documents)
})

test.each(['log-00', 'log-13', 'log-1', '', '../log-01'])('there is no document %j', (id) => {
  expect(findDocument(id)).toBeUndefined()
})
