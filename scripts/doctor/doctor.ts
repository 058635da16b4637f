import { durationText } from '../lib/duration.ts'
import type { TraceStore } from '../lib/trace-store.ts'
import { allRises, servicesIn } from './counters.ts'
import { examine, examineCollector, lookAt } from './examine.ts'
import type { Found } from './examine.ts'
import { FINDINGS } from './findings.ts'
import { readTraces } from './traces.ts'
import type { Range } from './traces.ts'

export interface Stores {
  prometheus: string
  traces: TraceStore
}

export interface Diagnosis {
  service: string
  /** As Prometheus counted them, rounded. */
  calls: number
  read: { traces: number; spans: number; large: number }
  findings: Found[]
  /** Ids of what was looked for and not found. */
  fine: string[]
}

export interface Report {
  from: string
  to: string
  services: Diagnosis[]
  collector: Found[]
}

/** @param only these services; all that made calls by default. @param ignore ids that are not looked for */
export async function diagnose(
  { prometheus, traces }: Stores,
  range: Range,
  { only, ignore = [] }: { only?: readonly string[] | undefined; ignore?: readonly string[] } = {},
): Promise<Report> {
  const findings = FINDINGS.filter(({ id }) => !ignore.includes(id))
  const window = durationText(Math.max(60, Math.round((range.to - range.from) / 1000)))
  const counted = await servicesIn(prometheus, window)
  const rises = await allRises(prometheus, findings, window)
  const services = only ?? [...counted.keys()].sort()
  const diagnoses: Diagnosis[] = []
  for (const service of services) {
    const { spans, read, large } = await readTraces(traces, service, range)
    const look = lookAt(service, spans)
    const found = examine(look, findings, rises)
    diagnoses.push({
      service,
      calls: Math.round(counted.get(service) ?? 0),
      read: { traces: read, spans: spans.length, large },
      findings: found,
      fine: findings.map(({ id }) => id).filter((id) => !found.some((one) => one.id === id)),
    })
  }
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19) + 'Z'
  return {
    from: iso(range.from),
    to: iso(range.to),
    services: diagnoses,
    collector: examineCollector(findings, rises),
  }
}
