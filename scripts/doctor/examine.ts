import { countedOnce } from '../lib/counted-once.ts'
import { callsAmong } from '../lib/stored-call.ts'
import type { Rise } from './counters.ts'
import { roleOf } from './finding.ts'
import type { Finding, Look, Span } from './finding.ts'
import { writerOf } from './libraries.ts'

/** A finding of one service, or of the Collector (service is empty). */
export interface Found {
  id: string
  severity: Finding['severity']
  says: string
  so: string
  /** What to do; the first is of the library that has most of it. */
  fixes: { fix: string; libraries: string[] }[]
  /** Of the spans that were read, how many have it. */
  spans?: { have: number; of: number; trace: string; examples: string[] }
  /** What Prometheus counted, by label. */
  counted?: { unit: string; sum: number; by: string[] }
}

/** A service as its traces show it. @param traces all spans of the traces that were read */
export function lookAt(service: string, traces: readonly Span[]): Look {
  const own = traces.filter((span) => isOf(service, span))
  const counted = new Set(countedOnce(callsAmong(traces)).map(({ traceId, spanId }) => traceId + spanId))
  return {
    service,
    traces,
    spans: own.filter((span) => roleOf(span) !== ''),
    calls: own.filter((span) => roleOf(span) === 'inference' && counted.has(span.traceId + span.spanId)),
  }
}

/** Without a service.name spans are counted as unknown_service. */
const isOf = (service: string, span: Span) =>
  span.service === service || (service === 'unknown_service' && ['undefined', ''].includes(span.service))

/** What is wrong; nothing when all is right. */
export function examine(
  look: Look,
  findings: readonly Finding[],
  rises: ReadonlyMap<string, readonly Rise[]>,
): Found[] {
  return findings
    .filter(({ counter }) => counter?.of !== 'collector')
    .flatMap((finding) => {
      const among = spansFor(finding, look)
      const having = among.flatMap((span) => {
        const said = finding.where?.(span, look)
        return said === undefined || said === false || said === '' ? [] : [{ span, said }]
      })
      const risen = (finding.unless?.(look) ? [] : (rises.get(finding.id) ?? [])).filter(
        ({ service }) =>
          service === look.service || (finding.counter?.of === 'sdk' && service.endsWith(`/${look.service}`)),
      )
      if (having.length === 0 && risen.length === 0) return []
      return [
        {
          ...said(finding),
          fixes: fixesFor(
            finding,
            having.map(({ span }) => span),
          ),
          ...(having.length > 0 && {
            spans: {
              have: having.length,
              of: among.length,
              trace: having[0]!.span.traceId,
              examples: unique(having.flatMap(({ said }) => (typeof said === 'string' ? [said] : []))).slice(
                0,
                3,
              ),
            },
          }),
          ...countedIn(finding, risen),
        },
      ]
    })
}

/** What is wrong on the way, whichever service it is of. */
export const examineCollector = (
  findings: readonly Finding[],
  rises: ReadonlyMap<string, readonly Rise[]>,
): Found[] =>
  findings
    .filter(({ counter }) => counter?.of === 'collector')
    .flatMap((finding) => {
      const risen = rises.get(finding.id) ?? []
      if (risen.length === 0) return []
      return [{ ...said(finding), fixes: fixesFor(finding, []), ...countedIn(finding, risen) }]
    })

const said = ({ id, severity, says, so }: Finding) => ({ id, severity, says, so })

function spansFor({ among = 'calls' }: Finding, look: Look): readonly Span[] {
  return among === 'traces' ? look.traces.filter((span) => isOf(look.service, span)) : look[among]
}

function countedIn({ counter }: Finding, risen: readonly Rise[]): Pick<Found, 'counted'> {
  if (counter === undefined || risen.length === 0) return {}
  const by = risen
    .toSorted((a, b) => b.value - a.value)
    .map(({ labels }) => Object.values(labels).filter(Boolean).join(' '))
    .filter((label) => label !== '')
  const sum = Math.max(1, Math.round(risen.reduce((total, { value }) => total + value, 0)))
  return { counted: { unit: counter.unit, sum, by: unique(by).slice(0, 3) } }
}

/** Each fix with the libraries that it is for, as their spans name them. */
function fixesFor({ fix, fixes = {} }: Finding, spans: readonly Span[]): Found['fixes'] {
  const byFix = new Map<string, { libraries: Set<string>; count: number }>()
  for (const span of spans) {
    const { library, label } = writerOf(span)
    const text = (library && fixes[library]) ?? fix
    const known = byFix.get(text) ?? { libraries: new Set(), count: 0 }
    known.libraries.add(label)
    known.count++
    byFix.set(text, known)
  }
  if (byFix.size === 0) return [{ fix, libraries: [] }]
  return [...byFix]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([text, { libraries }]) => ({ fix: text, libraries: [...libraries].slice(0, 3) }))
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]
