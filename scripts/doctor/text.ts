/** The report in plain words. */
import type { Diagnosis, Report } from './doctor.ts'
import type { Found } from './examine.ts'

export function asText({ from, to, services, collector }: Report): string {
  return [
    `${from} to ${to}`,
    ...services.map(serviceText),
    ...(collector.length > 0 ? [['The Collector', ...collector.map(findingText)].join('\n')] : []),
  ].join('\n\n')
}

function serviceText({ service, calls, read, findings, fine }: Diagnosis): string {
  const large = read.large > 0 ? `; ${read.large} large traces were not read` : ''
  const head = `${service}: about ${calls} calls, ${read.spans} spans of ${read.traces} traces read${large}`
  const tail =
    findings.length === 0
      ? `  All ${fine.length} checks are fine.`
      : `  ${findings.length} findings, ${fine.length} checks are fine.`
  return [head, ...findings.map(findingText), tail].join('\n')
}

function findingText({ id, severity, says, so, fixes, spans, counted }: Found): string {
  const seen = [
    ...(spans ? [`${spans.have} of ${spans.of} spans, such as in trace ${spans.trace}`] : []),
    ...(counted ? [`about ${counted.sum} ${counted.unit}${list(counted.by)}`] : []),
  ].join('; ')
  return [
    `  ${severity.padEnd(6)}  ${id}: ${says} ${so}`,
    `          seen: ${seen}${list(spans?.examples ?? [])}`,
    ...fixes.map(({ fix, libraries }) => `          fix${list(libraries)}: ${fix}`),
  ].join('\n')
}

const list = (texts: readonly string[]) => (texts.length > 0 ? ` (${texts.join('; ')})` : '')
