import { isOlder } from './version.ts'

test.each([
  ['1.9.0', '1.10.0', true],
  ['0.62.4', '0.62.0', false],
  ['1.3b0', '1.3', false],
  ['2', '2.0.1', true],
  ['v1.30.0', '1.30.0', false],
])('%s before %s: %s', (version, than, expected) => expect(isOlder(version, than)).toBe(expected))
