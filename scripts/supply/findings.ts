/** What osv-scanner found, and whether that is too much. */

interface Group {
  ids: string[]
  aliases?: string[]
  /** The highest CVSS score; empty where no advisory has one. */
  max_severity?: string
}

/** osv-scanner's JSON, as far as it is read here. */
export interface Scan {
  results: {
    source: { path: string }
    packages: {
      package: { name: string; version: string; ecosystem: string }
      groups?: Group[]
      vulnerabilities?: { id: string; summary?: string }[]
    }[]
  }[]
}

export interface Finding {
  package: string
  ids: string[]
  /** Undefined where no advisory says. */
  score: number | undefined
  summary: string
  source: string
}

/** `npm audit --audit-level=high` begins here. */
export const HIGH = 7

export function findings({ results }: Scan): Finding[] {
  const all = results.flatMap(({ source, packages }) =>
    packages.flatMap(({ package: { name, version }, groups = [], vulnerabilities = [] }) =>
      groups.map(({ ids, aliases = [], max_severity = '' }) => ({
        package: `${name}@${version}`,
        ids: [...new Set([...ids, ...aliases])].sort(),
        score: max_severity === '' ? undefined : Number(max_severity),
        summary: vulnerabilities.find(({ id, summary }) => ids.includes(id) && summary)?.summary ?? '',
        source: source.path,
      })),
    ),
  )
  return all.sort((a, b) => (b.score ?? 10) - (a.score ?? 10))
}

/** What nobody has rated may be high. */
export const isHigh = ({ score }: Finding): boolean => score === undefined || !(score < HIGH)
