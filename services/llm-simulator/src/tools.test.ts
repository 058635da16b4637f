import { chooseTool } from './tools.ts'
import type { Tool, ToolQuestion } from './tools.ts'

const id = {
  type: 'object',
  properties: { order_id: { type: 'string', pattern: '^\\d+$' } },
  required: ['order_id'],
}
const tools: Tool[] = [
  {
    name: 'look_up_order',
    description: 'Finds an order: its state and when it will be delivered.',
    schema: id,
  },
  { name: 'refund_order', description: 'Refunds an order.', schema: id },
]
const ask = (question: string, rest: Partial<ToolQuestion> = {}) =>
  chooseTool({ tools, choice: 'auto', question, called: [], rounds: 1, ...rest })

test('the tool that the question speaks of', () => {
  expect(ask('Where is my order 1042?')).toEqual({ name: 'look_up_order', input: { order_id: '1042' } })
  expect(ask('I want a refund of order 1042.')).toMatchObject({ name: 'refund_order' })
})

test('no tool when none fits, or its arguments are not known', () => {
  expect(ask('What is the weather like?')).toBeUndefined()
  expect(ask('Where is my order?')).toBeUndefined()
})

test('rounds', () => {
  const question = 'Refund order 1042'
  expect(ask(question, { called: ['refund_order'] })).toBeUndefined()
  expect(ask(question, { called: ['refund_order'], rounds: 2 })).toMatchObject({ name: 'look_up_order' })
  expect(ask(question, { rounds: 0 })).toBeUndefined()
})

test('the choice is obeyed', () => {
  expect(ask('Where is my order 1042?', { choice: 'none' })).toBeUndefined()
  expect(ask('Hello', { choice: 'any' })).toEqual({ name: 'look_up_order', input: {} })
  expect(ask('Order 1042', { choice: 'any', called: ['look_up_order'] })).toMatchObject({
    name: 'refund_order',
  })
  expect(ask('Order 1042', { choice: { name: 'refund_order' } })).toMatchObject({ name: 'refund_order' })
})
