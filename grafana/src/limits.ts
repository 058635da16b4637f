import { rules } from '../../alerts/rules.ts'

/**
 * A number that the alerts compare with, in the unit of its name, from `alerts/thresholds.rules.yaml`: the only place
 * where it stands.
 *
 * @throws if there is no such constant
 */
export function limit(name: string): number {
  const number = rules.find(({ record }) => record === name)?.expr.match(/^vector\((\d+(?:\.\d+)?)\)$/)?.[1]
  if (number === undefined) throw new Error(`alerts/thresholds.rules.yaml has no constant ${name}`)
  return Number(number)
}
