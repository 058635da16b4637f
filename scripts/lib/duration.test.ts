import { duration } from './duration.ts'

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
])('%s', (text, milliseconds) => expect(duration(text)).toBe(milliseconds))

test.each(['', '5', '1.5h', '-1h', '1 h', '1w'])('"%s" is refused', (text) =>
  expect(() => duration(text)).toThrow('is no duration'),
)
