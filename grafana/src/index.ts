import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { overview } from './overview.ts'

/** All dashboards, by the name of their file in `grafana/dashboards`. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  'overview.json': overview,
}
