import type { Request } from 'express'
import type { z } from 'zod'
import { HttpProblem } from './problem.ts'

/** The path of a zod issue as a JSON Pointer in URI fragment form (RFC 6901 §6): `#/messages/0/content`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return '#' + path.map((part) => '/' + encodeURIComponent(escapePointer(String(part)))).join('')
}

const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1')

/**
 * Checks a value that came from outside.
 *
 * @returns what the schema makes of it
 * @throws HttpProblem 400 with one entry in `errors` for each part that is not valid
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what = 'request body'): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new HttpProblem(400, {
    title: 'Invalid Request',
    detail: `The ${what} is not valid.`,
    errors: result.error.issues.map((issue) => ({ detail: issue.message, pointer: jsonPointer(issue.path) })),
  })
}

/**
 * Checks a request's JSON body.
 *
 * @throws HttpProblem 415 when the body was not sent as JSON, 400 when it is not valid
 */
export function parseBody<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  if (request.body === undefined && request.headers['content-type'] !== undefined) {
    if (!request.is(['json', '+json'])) throw new HttpProblem(415, { detail: 'Send application/json.' })
  }
  return parse(schema, request.body ?? {})
}
