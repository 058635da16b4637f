import type { Request } from 'express'

/** 3 of Google's SDKs says v1, those before v1beta. */
const CALL = /^\/v1(?:beta)?\/models\/([^/:]+):(\w+)$/

/** The model in a path such as `/v1beta/models/gemini-2.5-flash:generateContent`; null where there is none. */
export function modelOf(request: Request): string | null {
  return CALL.exec(pathOf(request))?.[1] ?? null
}

/** What is asked of the model: `generateContent`, `streamGenerateContent`, …; empty where the path has none. */
export function methodOf(request: Request): string {
  return CALL.exec(pathOf(request))?.[2] ?? ''
}

/** Whether a path is of this API's form, which shares `/v1` with others. */
export const isGeminiPath = (path: string) => /^\/v1(beta\/|\/models\/[^/]+:)/.test(path)

const pathOf = (request: Request) => decodeURIComponent(request.baseUrl + request.path)
