import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { CompletedOpenAIInstrumentation } from './openai-instrumentation.ts'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { AttemptObserver } from './attempts.ts'

/** The modules that are patched as they are loaded; `fetch` tells of itself, and the Anthropic SDK traces itself. */
export const patchedModules = ['http', 'https', 'express', 'openai']

export function instrumentations(): Instrumentation[] {
  const attempts = new AttemptObserver()
  return [
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url === '/healthz' }),
    // For `http.route` on the server's span. A span of each middleware says nothing that anyone asks for.
    new ExpressInstrumentation({
      ignoreLayersType: [
        ExpressLayerType.MIDDLEWARE,
        ExpressLayerType.ROUTER,
        ExpressLayerType.REQUEST_HANDLER,
      ],
    }),
    new UndiciInstrumentation({
      ...attempts.hooks,
      // How long a provider asks to wait, and whether trying again is of any use: SDKs obey both without a word. The latter
      // tells a spend limit from a rate limit, which are both 429.
      headersToSpanAttributes: { responseHeaders: ['retry-after', 'x-should-retry'] },
    }),
    new CompletedOpenAIInstrumentation(),
  ]
}
