import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** The folder with the rule files, beside this one. */
export const rulesFolder = import.meta.dirname

/** Every rule of the `*.rules.yaml` files, in their order. */
export const rules: readonly Rule[] = readdirSync(rulesFolder)
  .filter((file) => file.endsWith('.rules.yaml'))
  .sort()
  .flatMap((file) => {
    const { groups } = parse(readFileSync(join(rulesFolder, file), 'utf8')) as {
      groups: { rules: Omit<Rule, 'file'>[] }[]
    }
    return groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, file })))
  })

export const alerts: readonly Alert[] = rules.filter((rule): rule is Alert => rule.alert !== undefined)

/** A constant of thresholds.rules.yaml, such as `llm:error_ratio:threshold`. @throws if there is none of that name */
export function constant(name: string): number {
  const expr = rules.find(({ record }) => record === name)?.expr
  const number = expr?.match(/^vector\((\d+(?:\.\d+)?)\)$/)?.[1]
  if (number === undefined) throw new Error(`no constant ${name} in ${rulesFolder}`)
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
  if (compared === undefined) throw new Error(`alert ${name} has no threshold in ${rulesFolder}`)
  const [read] = constantsIn(compared)
  return read === undefined ? Number(compared) : constant(read)
}
