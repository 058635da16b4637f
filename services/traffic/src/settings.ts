import { z } from 'zod'

/** An empty variable counts as unset. */
const variable = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value || undefined, schema)
const count = (fallback: number, low = 0) => variable(z.coerce.number().int().min(low).default(fallback))
const url = (fallback: string) =>
  variable(
    z
      .url()
      .transform((value) => value.replace(/\/$/, ''))
      .default(fallback),
  )

const schema = z.object({
  /** The mean. 0: none. */
  TRAFFIC_RATE_PER_MINUTE: variable(z.coerce.number().min(0).max(60_000).default(30)),
  /** Calls that come while this many are under way are left out. */
  TRAFFIC_MAX_IN_FLIGHT: count(20, 1),
  /** After this it is idle. 0: no end. */
  TRAFFIC_DURATION_MINUTES: variable(z.coerce.number().min(0).max(20_000).default(0)),
  /** The same seed gives the same calls. */
  TRAFFIC_SEED: count(1),
  CHAT_API_URL: url('http://localhost:8081'),
  SUPPORT_AGENT_URL: url('http://localhost:8082'),
  SUMMARIZER_URL: url('http://localhost:8083'),
  /** Where scenarios send spans of their own. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http://localhost:4318'),
  DEPLOYMENT_ENVIRONMENT: variable(z.string().default('demo')),
})

export type Settings = z.output<typeof schema>

/** @throws Error that names each variable that is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const result = schema.safeParse(env)
  if (result.success) return result.data
  throw new Error(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
}
