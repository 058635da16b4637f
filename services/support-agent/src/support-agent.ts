import type Anthropic from '@anthropic-ai/sdk'
import type { OrdersClient } from './orders-client.ts'
import { supportTools } from './tools.ts'

export interface Usage {
  input_tokens: number
  output_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
}

export interface SupportAnswer {
  reply: string
  /** How many times the model was asked. */
  steps: number
  /** The tools it called, in order. */
  tools: string[]
  /** Of all steps together. */
  usage: Usage
}

/** What an agent that does not come to an end may cost at most; two or three are what a question takes. */
const maxSteps = 25

const system =
  'You answer customers of a small shop for household goods. Use the tools to look orders up and, if the customer ' +
  'asks for it, to refund them. Never guess what an order contains. Answer briefly.'

/**
 * Answers a customer's question, with tools, by the SDK's tool runner.
 *
 * @throws APIError of the SDK. A tool that fails is told to the model and throws nothing.
 */
export async function answerQuestion(
  anthropic: Anthropic,
  orders: OrdersClient,
  { question, order_id, model }: { question: string; order_id?: string | undefined; model: string },
  signal: AbortSignal,
): Promise<SupportAnswer> {
  const runner = anthropic.beta.messages.toolRunner(
    {
      model,
      max_tokens: 1024,
      max_iterations: maxSteps,
      system,
      messages: [{ role: 'user', content: order_id ? `${question}\n\nMy order: ${order_id}` : question }],
      tools: supportTools(orders),
      // The plain Messages API: a message thread is a beta, which a gateway or a simulator may not know.
      thread: false,
    },
    { signal },
  )
  const answer: SupportAnswer = { reply: '', steps: 0, tools: [], usage: noUsage() }
  for await (const { content, usage } of runner) {
    answer.steps++
    answer.reply = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
    answer.tools.push(...content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : [])))
    for (const kind of Object.keys(answer.usage) as (keyof Usage)[]) answer.usage[kind] += usage[kind] ?? 0
  }
  return answer
}

const noUsage = (): Usage => ({
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
})
