import { z } from 'zod'
import { ApiError } from '../api-error.ts'
import { isKnownModel } from '../models.ts'

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })

/** Blocks are validated as far as the simulator reads them; what else they carry is kept, it counts as tokens. */
const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  cache_control: cacheControl.nullish(),
})

const message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(block)]),
})

const tool = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  input_schema: z.looseObject({}).optional(),
  cache_control: cacheControl.nullish(),
})

const promptSchema = z.object({
  model: z.string(),
  messages: z.array(message),
  system: z.union([z.string(), z.array(block)]).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .union([
      z.object({ type: z.enum(['auto', 'any', 'none']) }),
      z.object({ type: z.literal('tool'), name: z.string() }),
    ])
    .optional(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.int().min(1024).optional() }).optional(),
  cache_control: cacheControl.nullish(),
  output_config: z.looseObject({ format: z.looseObject({ schema: z.looseObject({}) }).nullish() }).optional(),
})

const messagesSchema = promptSchema.extend({
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  inference_geo: z.string().nullish(),
  thread: z
    .union([
      z.object({ type: z.literal('create') }),
      z.object({ type: z.literal('continue'), previous_message_id: z.string() }),
    ])
    .nullish(),
})

export type Message = z.output<typeof message>
export type ContentBlock = z.output<typeof block>
export type Prompt = z.output<typeof promptSchema>
export type MessagesRequest = z.output<typeof messagesSchema>

type Header = (name: string) => string | undefined

/** @throws ApiError 400 for what the API would not accept either, 404 for a model that is not known */
export function parseMessagesRequest(body: unknown, header: Header): MessagesRequest {
  const request = check(messagesSchema, body, header)
  if (request.thread && !header('anthropic-beta')?.includes('message-threads-')) {
    throw invalid('thread: Extra inputs are not permitted')
  }
  return request
}

/** What count_tokens takes: a prompt without what only concerns the answer. @throws as above */
export function parsePrompt(body: unknown, header: Header): Prompt {
  return check(promptSchema, body, header)
}

function check<T extends Prompt>(schema: z.ZodType<T>, body: unknown, header: Header): T {
  if (header('anthropic-version') === undefined) throw invalid('anthropic-version: header is required')
  const result = schema.safeParse(body ?? {})
  if (!result.success) throw invalid(describe(result.error))
  if (!isKnownModel('anthropic', result.data.model)) {
    throw new ApiError(404, { message: `model: ${result.data.model}` })
  }
  return result.data
}

export function invalid(message: string): ApiError {
  return new ApiError(400, { message })
}

/** In the API's words: `max_tokens: Field required`. */
function describe({ issues: [issue] }: z.ZodError): string {
  if (!issue) return 'The request is not valid.'
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return `${issue.path.join('.')}: ${isMissing ? 'Field required' : issue.message}`
}

/**
 * A whole conversation has messages, and each tool call in it is answered in the next one, and nothing else is.
 *
 * @throws ApiError 400
 */
export function checkConversation({ messages }: Prompt): void {
  if (messages.length === 0) throw invalid('messages: at least one message is required')
  let open: string[] = []
  for (const [index, { content }] of messages.entries()) {
    const blocks = typeof content === 'string' ? [] : content
    const answered = blocks
      .filter(({ type }) => type === 'tool_result')
      .map((block) => String(block.tool_use_id))
    const missing = open.find((id) => !answered.includes(id))
    if (missing !== undefined) {
      throw invalid(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}.`,
      )
    }
    const unexpected = answered.find((id) => !open.includes(id))
    if (unexpected !== undefined) {
      throw invalid(
        `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unexpected}.`,
      )
    }
    open = blocks.filter(({ type }) => type === 'tool_use').map((block) => String(block.id))
  }
}
