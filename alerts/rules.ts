import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'

export interface Rule {
  file: string
  expr: string
  /** Set on recording rules. */
  record?: string
  /** Set on alerts, as are the following. */
  alert?: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export type Alert = Rule & { alert: string }

/** What is copied: this folder. */
export const alertsFolder = import.meta.dirname

/** The promtool tests of the rules. */
export const testsFolder = join(alertsFolder, 'tests')

/** Where each file of rules is, from this folder on, by its name: `llm.rules.yaml` → `rules/llm.rules.yaml`. */
export const ruleFiles: ReadonlyMap<string, string> = new Map(
  [
    'thresholds.rules.yaml',
    ...readdirSync(join(alertsFolder, 'rules'))
      .filter((file) => file.endsWith('.rules.yaml'))
      .map((file) => `rules/${file}`),
  ]
    .map((path): [string, string] => [basename(path), path])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
)

/** Every rule of {@link ruleFiles}, in their order. */
export const rules: readonly Rule[] = [...ruleFiles].flatMap(([file, path]) => {
  const { groups } = parse(readFileSync(join(alertsFolder, path), 'utf8')) as {
    groups: { rules: Omit<Rule, 'file'>[] }[]
  }
  return groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, file })))
})

export const alerts: readonly Alert[] = rules.filter((rule): rule is Alert => rule.alert !== undefined)

/** A constant of thresholds.rules.yaml, such as `llm:error_ratio:threshold`. @throws if there is none of that name */
export function constant(name: string): number {
  const expr = rules.find(({ record }) => record === name)?.expr
  const number = expr?.match(/^vector\((\d+(?:\.\d+)?)\)$/)?.[1]
  if (number === undefined) throw new Error(`no constant ${name} in ${alertsFolder}`)
  return Number(number)
}

/** The names of the constants that an expression reads. */
export const constantsIn = (expression: string): string[] => [
  ...new Set(expression.match(/\b(?:llm|otelcol):\w+:(?:threshold|objective|budget)\b/g)),
]

/**
 * The threshold of an alert, in the unit of its metric: the first constant or number that its expression compares with.
 *
 * @throws if there is no such alert, or it compares with neither.
 */
export function threshold(name: string): number {
  const expr = alerts.find(({ alert }) => alert === name)?.expr
  const [, compared] = expr?.match(/[<>]=?\s*(scalar\([\w:]+\)|\d+(?:\.\d+)?)/) ?? []
  if (compared === undefined) throw new Error(`alert ${name} has no threshold in ${alertsFolder}`)
  const [read] = constantsIn(compared)
  return read === undefined ? Number(compared) : constant(read)
}
