import { z } from 'zod'

/** An empty variable counts as unset. */
const url = (fallback: string) =>
  z.preprocess(
    (value) => value || undefined,
    z
      .url()
      .transform((value) => value.replace(/\/$/, ''))
      .default(fallback),
  )

const schema = z.object({
  LLM_SIMULATOR_URL: url('http://llm-simulator:8080'),
  TRAFFIC_URL: url('http://traffic:8080'),
  PROMETHEUS_URL: url('http://prometheus:9090'),
  ALERT_INBOX_URL: url('http://alert-inbox:8080'),
  TEMPO_URL: url('http://tempo:3200'),
  GRAFANA_URL: url('http://grafana:3000'),
  /** Where a browser on this machine finds them. */
  GRAFANA_PUBLIC_URL: url('http://localhost:3000'),
  TEMPO_PUBLIC_URL: url('http://localhost:3200'),
  /** Set to anything when the services call a real API: then nothing but the ordinary day can be had. */
  REAL_MODELS: z.string().default(''),
})

export type Settings = z.output<typeof schema>

/** @throws Error that names each variable that is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const result = schema.safeParse(env)
  if (result.success) return result.data
  throw new Error(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
}
