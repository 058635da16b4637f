import { z } from 'zod'
import { ApiError } from '../api-error.ts'
import { isKnownModel } from '../models.ts'

const part = z.looseObject({
  text: z.string().optional(),
  functionCall: z.looseObject({ name: z.string() }).optional(),
  functionResponse: z.looseObject({ name: z.string() }).optional(),
})
const content = z.looseObject({ role: z.string().optional(), parts: z.array(part).default([]) })

const tool = z.looseObject({
  functionDeclarations: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().optional(),
        parameters: z.looseObject({}).nullish(),
        parametersJsonSchema: z.looseObject({}).nullish(),
      }),
    )
    .optional(),
  codeExecution: z.looseObject({}).optional(),
  urlContext: z.looseObject({}).optional(),
})

const generateSchema = z.object({
  contents: z.array(content).min(1),
  systemInstruction: content.optional(),
  tools: z.array(tool).nullish(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({ mode: z.string().optional(), allowedFunctionNames: z.array(z.string()).optional() })
        .optional(),
    })
    .nullish(),
  generationConfig: z
    .looseObject({
      maxOutputTokens: z.int().min(1).nullish(),
      stopSequences: z.array(z.string()).max(5).nullish(),
      // More than one candidate is not simulated.
      candidateCount: z.literal(1).nullish(),
      responseSchema: z.looseObject({}).nullish(),
      responseJsonSchema: z.looseObject({}).nullish(),
      thinkingConfig: z
        .looseObject({ thinkingBudget: z.int().nullish(), includeThoughts: z.boolean().nullish() })
        .nullish(),
    })
    .nullish(),
})

const embedSchema = z.object({ content, outputDimensionality: z.int().min(1).max(3072).nullish() })
const embeddingsSchema = z.union([
  z.object({ requests: z.array(embedSchema).min(1).max(100) }),
  embedSchema.transform((request) => ({ requests: [request] })),
])
const countSchema = z.union([
  z.object({ generateContentRequest: generateSchema }).transform((body) => body.generateContentRequest),
  generateSchema,
])

export type GenerateRequest = z.output<typeof generateSchema>
export type Content = z.output<typeof content>

/** @throws ApiError 400 for what the API would not accept either, 404 for a model that is not known */
export const parseGenerateRequest = (model: string | null, body: unknown) =>
  check(generateSchema, model, body)
/** One text or several: the same form. @throws as above */
export const parseEmbeddingsRequest = (model: string | null, body: unknown) =>
  check(embeddingsSchema, model, body)
/** @throws as above */
export const parseCountRequest = (model: string | null, body: unknown) => check(countSchema, model, body)

function check<T extends z.ZodType>(
  schema: T,
  model: string | null,
  body: unknown,
): { model: string; request: z.output<T> } {
  if (model === null || !isKnownModel('gcp.gemini', model)) {
    throw new ApiError(404, { message: `models/${model ?? ''} is not found for API version v1beta` })
  }
  const result = schema.safeParse(inCamelCase(body ?? {}))
  if (!result.success) {
    const [issue] = result.error.issues
    throw new ApiError(400, { message: `Invalid value at '${issue?.path.join('.')}': ${issue?.message}` })
  }
  return { model, request: result.data }
}

/** What is the caller's own below these: names in it stay as they are. */
const OPAQUE = /^(args|response|parameters|parametersJsonSchema|responseSchema|responseJsonSchema)$/

/** Google takes `system_instruction` for `systemInstruction`, and some clients send it. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      return [key, OPAQUE.test(key) ? inner : inCamelCase(inner)]
    }),
  )
}
