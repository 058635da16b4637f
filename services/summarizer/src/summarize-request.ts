import { HttpProblem } from '@genai-otel-kit/service-kit'
import { z } from 'zod'
import { findDocument } from './documents.ts'

const model = z
  .string()
  .regex(/^[\w.:-]{1,100}$/)
  .optional()

/** The body of `POST /summarize`. */
export const summarizeRequest = z
  .strictObject({
    document: z.string().min(1).max(500_000).optional(),
    document_id: z.string().max(32).optional(),
    provider: z.enum(['anthropic', 'openai']).default('anthropic'),
    model,
    cache: z.enum(['5m', '1h', 'none']).optional(),
    user_id: z.string().min(1).max(128).optional(),
  })
  .refine(({ document, document_id }) => (document === undefined) !== (document_id === undefined), {
    message: 'Give either document or document_id.',
  })
  .refine(({ provider, cache }) => provider === 'anthropic' || cache === undefined, {
    path: ['cache'],
    message: 'OpenAI caches by itself: there is nothing to choose.',
  })

export type SummarizeRequest = z.output<typeof summarizeRequest>

/** The body of `POST /embed`. */
export const embedRequest = z.strictObject({
  texts: z.array(z.string().min(1).max(8000)).min(1).max(64),
  model,
})

/** @throws HttpProblem 404 when there is no document of that id */
export function documentOf({ document, document_id }: SummarizeRequest): string {
  const text = document ?? findDocument(document_id ?? '')
  if (text === undefined) {
    throw new HttpProblem(404, {
      title: 'No Such Document',
      detail: 'There is no document of that id; there are log-01 to log-12.',
    })
  }
  return text
}
