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

/**
 * The threshold of an alert, in the unit of its metric: the first number that its expression compares with. The rule
 * file is the only place where it stands.
 *
 * @throws if there is no such alert, or it compares with no number.
 */
export function threshold(name: string): number {
  const expr = alerts.find(({ alert }) => alert === name)?.expr
  const number = expr?.match(/[<>]=?\s*(\d+(?:\.\d+)?)/)?.[1]
  if (number === undefined) throw new Error(`alert ${name} has no threshold in ${rulesFolder}`)
  return Number(number)
}
