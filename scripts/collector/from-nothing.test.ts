/**
 * `set(attribute, value)` without a value did nothing up to 0.160; from 0.161 on it makes the attribute empty, or takes away
 * what it had (https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/49741). So a value that comes from
 * somewhere else is asked for first: in the statement's `where`, in its group's conditions, or by a statement before it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { folder } from './config.ts'

interface Group {
  conditions?: string[]
  statements: string[]
}

/** The groups of statements in a file, wherever they stand. */
function groups(node: unknown): Group[] {
  if (typeof node !== 'object' || node === null) return []
  if ('statements' in node && Array.isArray(node.statements)) return [node as Group]
  if (Array.isArray(node) && node.every((item) => typeof item === 'string')) return [{ statements: node }]
  return Object.values(node).flatMap(groups)
}

const path = String.raw`(?:span|spanevent|resource|datapoint|scope)\.(?:attributes|cache)(?:\["[^"]*"\]|\[\d+\])+`
const copies = new RegExp(
  String.raw`^set\(((?:span|resource|datapoint)\.attributes\["[^"]*"\]), (${path})\)(?: where (.*))?$`,
  's',
)

/** The copies of a group that nothing has asked for. */
function unasked({ conditions = [], statements }: Group): string[] {
  const set = new Set<string>()
  return statements.flatMap((statement) => {
    const [, target, source, where = ''] = copies.exec(statement.trim().replace(/\s+/g, ' ')) ?? []
    const always = /^set\((.*?), [^]*\)$/.exec(statement.trim())?.[1]
    if (always !== undefined) set.add(always)
    if (target === undefined || source === undefined) return []
    // Asked in each of the conditions, as any of them is enough.
    const asked = conditions.length > 0 && conditions.every((condition) => condition.includes(source))
    return asked || where.includes(source) || set.has(source) ? [] : [statement]
  })
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
)

test.each(files)('%s copies nothing that may not be there', (file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  // A file that is included is a word here; it is read for itself.
  const parsed: unknown = parse(text.replaceAll(/\$\{file:[^}]*\}/g, 'included'))
  expect(groups(parsed).flatMap(unasked)).toEqual([])
})
