import { table } from './table.ts'

test('text to the left, numbers to the right', () => {
  expect(
    table(
      ['service', 'calls'],
      [
        ['chat-api', '7'],
        ['a', '1234567'],
      ],
      1,
    ),
  ).toBe(['service     calls', '--------  -------', 'chat-api        7', 'a         1234567'].join('\n'))
})
