import { duration, durationText } from './duration.ts'

test.each([
  ['90s', 90],
  ['15m', 900],
  ['24h', 86_400],
  ['7d', 604_800],
  ['1h30m', 5400],
])('%s', (text, seconds) => expect(duration(text)).toBe(seconds))

test.each(['', '5', '1.5h', '-1h', '1 h', '1w', '1h30'])('"%s" is refused', (text) =>
  expect(() => duration(text)).toThrow('is no duration'),
)

test.each([
  [90, '90s'],
  [5400, '90m'],
  [86_400, '1d'],
])('%d s', (seconds, text) => expect(durationText(seconds)).toBe(text))
