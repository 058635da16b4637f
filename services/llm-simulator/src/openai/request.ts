import { z } from 'zod'
import { ApiError } from '../api-error.ts'
import { isKnownModel } from '../models.ts'

const schemaObject = z.looseObject({})

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])

const chatSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
        content: content.nullish(),
        tool_calls: z
          .array(z.looseObject({ function: z.looseObject({ name: z.string() }).optional() }))
          .nullish(),
      }),
    )
    .min(1),
  tools: z
    .array(
      z.looseObject({
        function: z
          .looseObject({
            name: z.string(),
            description: z.string().nullish(),
            parameters: schemaObject.nullish(),
          })
          .optional(),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.looseObject({ function: z.looseObject({ name: z.string() }) }),
    ])
    .optional(),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z.looseObject({ schema: schemaObject.optional() }).optional(),
    })
    .optional(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  // More than one choice is not simulated.
  n: z.literal(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  reasoning_effort: z.string().nullish(),
  prompt_cache_key: z.string().optional(),
})

const responsesSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.looseObject({ type: z.string().optional() })).min(1)]),
  instructions: z.string().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.string(),
        name: z.string().optional(),
        description: z.string().nullish(),
        parameters: schemaObject.nullish(),
      }),
    )
    .optional(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.looseObject({ type: z.string(), name: z.string() })])
    .optional(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: schemaObject.optional() }).optional() })
    .optional(),
  max_output_tokens: z.int().min(16).nullish(),
  // Responses are not stored, so none can be referred to.
  previous_response_id: z.null().optional(),
  stream: z.boolean().nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  prompt_cache_key: z.string().optional(),
})

const MAX_EMBEDDING_INPUTS = 2048

const embeddingsSchema = z.object({
  model: z.string(),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(MAX_EMBEDDING_INPUTS),
    z.array(z.int().min(0)).min(1),
    z
      .array(z.array(z.int().min(0)).min(1))
      .min(1)
      .max(MAX_EMBEDDING_INPUTS),
  ]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.int().min(1).max(3072).optional(),
})

export type ChatRequest = z.output<typeof chatSchema>
export type ResponsesRequest = z.output<typeof responsesSchema>
export type EmbeddingsRequest = z.output<typeof embeddingsSchema>

/** @throws ApiError 400 for what the API would not accept either, 404 for a model that is not known */
export const parseChatRequest = (body: unknown) => check(chatSchema, body)
/** @throws as above */
export const parseResponsesRequest = (body: unknown) => check(responsesSchema, body)
/** @throws as above */
export const parseEmbeddingsRequest = (body: unknown) => check(embeddingsSchema, body)

function check<T extends z.ZodType<{ model: string }>>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {})
  if (!result.success) {
    const [issue] = result.error.issues
    const param = issue?.path.join('.')
    throw invalidParam(param ?? '', issue?.message ?? '')
  }
  const { model } = result.data
  if (!isKnownModel('openai', model)) {
    throw new ApiError(404, {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
    })
  }
  return result.data
}

export function invalidParam(param: string, what: string): ApiError {
  return new ApiError(400, { message: `Invalid value for '${param}': ${what}`, param })
}
