import { Conversations } from './conversations.ts'

test('keeps the last turns of the conversations used last', () => {
  const conversations = new Conversations(2, 4)
  for (const n of [1, 2, 3]) conversations.add('a', `q${n}`, `a${n}`)
  expect(conversations.history('a')).toEqual([
    { role: 'user', content: 'q2' },
    { role: 'assistant', content: 'a2' },
    { role: 'user', content: 'q3' },
    { role: 'assistant', content: 'a3' },
  ])
  conversations.add('b', 'q', 'a')
  conversations.add('a', 'q4', 'a4')
  conversations.add('c', 'q', 'a')
  expect(conversations.history('b')).toEqual([])
  expect(conversations.history('a')).toHaveLength(4)
})

test('an answer without text is not kept', () => {
  const conversations = new Conversations()
  conversations.add('a', 'q', '')
  expect(conversations.history('a')).toEqual([])
})
