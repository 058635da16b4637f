import { kinds, ordinary } from './plan.ts'
import type { Kind, Plan } from './plan.ts'
import { seededRandom } from './random.ts'
import type { Random } from './random.ts'

export type Service = 'chat' | 'support' | 'summarizer'

export interface Call {
  kind: Kind
  service: Service
  path: string
  body: Record<string, unknown>
  /** The client leaves this many milliseconds after it asked. */
  leaveAfterMillis?: number
  /** Since the call before, where 1 is the mean. Exponential: calls come independently of each other. */
  gap: number
}

const chatModels = { 'claude-sonnet-5': 60, 'claude-haiku-4-5': 30, 'claude-opus-4-8': 10 } as const
const features = { chat: 50, search: 20, writing: 20, coding: 10 } as const
const questions = [
  'Which kettle do you recommend for two people?',
  'What is the difference between the wool and the cotton blanket?',
  'Write a short thank-you note for a desk lamp.',
  'Do you ship garden shears to islands, and how long does it take?',
  'Rewrite this product text in a friendlier tone: A lamp. It has a switch. It gives light.',
  'Give me three ideas for a housewarming present under 40 euros.',
  'Write a function that adds up the prices of a basket and explain it.',
  'How do I get tea stains out of a steel kettle?',
] as const
const supportQuestions = [
  'Where is my order?',
  'What was in my order?',
  'I was charged twice for my order, can you check?',
  'Please refund my order, it arrived broken.',
] as const

/**
 * The calls of a day in a shop, without end, and the same for the same seed.
 *
 * @param plan what is different just now: asked before each call
 */
export function* calls(seed: number, plan: () => Plan = () => ordinary): Generator<Call, never> {
  const random = seededRandom(seed)
  const users = Array.from({ length: 40 }, (_, index) => new User(index + 1, seed))
  for (;;) {
    const gap = -Math.log(1 - random.next())
    const current = plan()
    const kind = random.weighted({ ...kinds, ...current.kinds })
    // A few users ask most.
    const user = users[Math.floor(users.length * random.next() ** 2)] as User
    yield { kind, gap, ...request(kind, user, random, current) }
  }
}

function request(kind: Kind, user: User, random: Random, plan: Plan): Omit<Call, 'kind' | 'gap'> {
  switch (kind) {
    case 'chat':
      return { service: 'chat', path: '/chat', body: chat(user, random, plan) }
    case 'chat-stream':
      return { service: 'chat', path: '/chat/stream', body: chat(user, random, plan) }
    case 'chat-left': {
      const leaveAfterMillis = random.between(100, 600)
      return { service: 'chat', path: '/chat/stream', body: chat(user, random, plan), leaveAfterMillis }
    }
    case 'support':
      return {
        service: 'support',
        path: '/support',
        body: {
          question: random.pick(supportQuestions),
          order_id: `A-${random.between(1000, 1999)}`,
          conversation_id: user.conversation(random),
          user_id: user.id,
        },
      }
    case 'summarize-anthropic':
      return {
        service: 'summarizer',
        path: '/summarize',
        body: {
          ...document(random, plan),
          provider: 'anthropic',
          model: random.weighted({ 'claude-haiku-4-5': 70, 'claude-sonnet-5': 30 }),
          cache: random.weighted({ '5m': 60, '1h': 25, none: 15 }),
          user_id: user.id,
        },
      }
    case 'summarize-openai':
      return {
        service: 'summarizer',
        path: '/summarize',
        body: {
          ...document(random, plan),
          provider: 'openai',
          model: random.weighted({ 'gpt-5-mini': 80, 'gpt-5': 20 }),
          user_id: user.id,
        },
      }
    case 'embed':
      return {
        service: 'summarizer',
        path: '/embed',
        body: { texts: Array.from({ length: random.between(1, 8) }, () => random.pick(questions)) },
      }
  }
}

function chat(user: User, random: Random, plan: Plan) {
  const usual = { model: random.weighted(chatModels), max_tokens: random.pick([256, 512, 1024]) }
  return {
    message: random.pick(questions),
    conversation_id: user.conversation(random),
    user_id: user.id,
    model: plan.chat_model ?? usual.model,
    feature: random.weighted(features),
    max_tokens: plan.chat_max_tokens ?? usual.max_tokens,
  }
}

/** Some documents are asked for again and again: that is what a cache is for. */
function document(random: Random, plan: Plan) {
  const number = 1 + Math.floor(12 * random.next() ** 2)
  if (plan.new_documents) return { document: newDocument(random) }
  return { document_id: `log-${String(number).padStart(2, '0')}` }
}

/** As long as the others, some 30,000 characters, but with what is new each time at its beginning. */
function newDocument(random: Random): string {
  const sentences = Array.from({ length: 450 }, () => random.pick(questions))
  return [`Printed at ${new Date().toISOString()}, sheet ${random.between(1, 1e9)}.`, ...sentences].join('\n')
}

class User {
  readonly id: string
  readonly #seed: number
  #conversations = 0

  constructor(number: number, seed: number) {
    this.id = `user-${String(number).padStart(2, '0')}`
    this.#seed = seed
  }

  /** Mostly the one of the last time. */
  conversation(random: Random): string {
    if (this.#conversations === 0 || random.chance(0.35)) this.#conversations++
    return `${this.id}-${this.#seed}-${this.#conversations}`
  }
}
