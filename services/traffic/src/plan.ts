import { z } from 'zod'

/** How often each kind of call is made, relative to the others. */
export const kinds = {
  chat: 30,
  'chat-stream': 30,
  // A reader who leaves in the middle of the answer: nobody tells what was written until then, and `npm run doctor` says so. Not
  // on an ordinary day.
  'chat-left': 0,
  support: 15,
  'summarize-anthropic': 10,
  'summarize-openai': 7,
  embed: 8,
} as const

export type Kind = keyof typeof kinds

const weight = z.number().min(0).max(1000)

/** What `PUT /plan` takes: what is different from an ordinary day. */
export const planSchema = z.strictObject({
  name: z.string().min(1).max(64),
  /** Times the configured rate. */
  rate: z.number().min(0).max(20).default(1),
  /** Weights in place of those in {@link kinds}. 0: none. */
  kinds: z.partialRecord(z.enum(Object.keys(kinds) as [Kind, ...Kind[]]), weight).default({}),
  /** The model of every chat. */
  chat_model: z
    .string()
    .regex(/^[\w.:-]{1,100}$/)
    .optional(),
  /** `max_tokens` of every chat. */
  chat_max_tokens: z.int().min(1).max(8192).optional(),
  /** Nobody's document begins as another's did: no cache can know it. */
  new_documents: z.boolean().default(false),
  /** Sends, for each answered chat, the span that a second instrumentation in chat-api would. */
  second_spans: z.boolean().default(false),
  /** Fills the Collector's memory, each minute, with uploads of many megabytes that do not end, until it refuses spans. */
  bursts: z.boolean().default(false),
})

export type Plan = z.output<typeof planSchema>

/** An ordinary day. */
export const ordinary: Plan = planSchema.parse({ name: 'baseline' })
