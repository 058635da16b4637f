import type { Request } from 'express'

const CALL = /^\/v1beta\/models\/([^/:]+):(\w+)$/

/** The model in a path such as `/v1beta/models/gemini-2.5-flash:generateContent`; null where there is none. */
export function modelOf(request: Request): string | null {
  return CALL.exec(pathOf(request))?.[1] ?? null
}

/** What is asked of the model: `generateContent`, `streamGenerateContent`, …; empty where the path has none. */
export function methodOf(request: Request): string {
  return CALL.exec(pathOf(request))?.[2] ?? ''
}

const pathOf = (request: Request) => decodeURIComponent(request.baseUrl + request.path)
