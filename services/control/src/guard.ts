import { HttpProblem } from '@genai-otel-kit/service-kit'
import type { RequestHandler } from 'express'

/**
 * Lets nobody in but a page of this server, or a program on this machine:
 *
 * - by the Host header, as a name of somebody else that is made to point here (DNS rebinding) is none of these;
 * - what changes something by Origin as well, which every browser sends then and no page can forge.
 *
 * A body must be JSON besides (the routes see to it), which no form can send.
 *
 * @param names hosts that the server is reached by, without a port
 */
export function guard(names: readonly string[]): RequestHandler {
  return (request, response, next) => {
    response.set(headers)
    const host = request.headers.host ?? ''
    if (!names.includes(host.replace(/:\d+$/, ''))) {
      throw new HttpProblem(403, { detail: 'This is for this machine only: open it as localhost.' })
    }
    const { origin } = request.headers
    if (!['GET', 'HEAD'].includes(request.method) && origin !== undefined && origin !== `http://${host}`) {
      throw new HttpProblem(403, { detail: 'Another site’s page must not change anything here.' })
    }
    next()
  }
}

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
