import { randomUUID } from 'node:crypto'
import { z } from 'zod'

/** The body of `POST /chat` and `POST /chat/stream`. */
export const chatRequest = z.strictObject({
  message: z.string().min(1).max(32_000),
  conversation_id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .default(() => randomUUID()),
  user_id: z.string().min(1).max(128).optional(),
  model: z
    .string()
    .regex(/^[\w.:-]{1,100}$/)
    .default('claude-sonnet-5'),
  // It becomes a metric label: a caller must not be able to make up any number of them.
  feature: z.enum(['chat', 'search', 'writing', 'coding']).default('chat'),
  max_tokens: z.int().min(1).max(8192).default(1024),
})

export type ChatRequest = z.output<typeof chatRequest>
