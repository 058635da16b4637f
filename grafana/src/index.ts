import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { agents } from './agents.ts'
import { cache } from './cache.ts'
import { codingAgents } from './coding-agents.ts'
import { costs } from './cost.ts'
import { errors } from './errors.ts'
import { latency } from './latency.ts'
import { models } from './models.ts'
import { overview } from './overview.ts'
import { pipeline } from './pipeline.ts'
import { slo } from './slo.ts'

/** All dashboards, by the name of their file in `grafana/dashboards`. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  'overview.json': overview,
  'latency.json': latency,
  'cost.json': costs,
  'models.json': models,
  'errors.json': errors,
  'cache.json': cache,
  'agents.json': agents,
  'coding-agents.json': codingAgents,
  'slo.json': slo,
  'pipeline.json': pipeline,
}
