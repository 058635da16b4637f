/**
 * Sets OpenTelemetry up, before the service's own modules are loaded:
 *
 *     node --import @genai-otel-kit/telemetry/register src/server.ts
 */
import { register } from 'node:module'
import { patchedModules } from './instrumentations.ts'
import { start } from './sdk.ts'

// `import`ed modules are patched through this; `require`d ones by the instrumentations themselves.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: patchedModules } })
start()
