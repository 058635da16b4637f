import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scenarios } from '../../services/control/src/index.ts'
import { root } from '../lib/docker.ts'
import type { Outcome } from './run.ts'

const file = join(root, 'docs/scenarios.md')
const begin = '<!-- measured: npm run test:scenarios -- --write -->'
const end = '<!-- end -->'

/** Puts what was measured into the table of docs/scenarios.md; rows of scenarios that did not run stay. */
export async function document(outcomes: readonly Outcome[]): Promise<void> {
  const text = await readFile(file, 'utf8')
  const [head, rest = ''] = text.split(begin)
  const [table = '', tail = ''] = rest.split(end)
  const rows = new Map(
    table
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => [/`(.+?)`/.exec(line)?.[1] ?? '', line]),
  )
  for (const outcome of outcomes) rows.set(outcome.name, row(outcome))
  const lines = [
    '| scenario | alert at the webhook after | resolved at the webhook after `baseline` | told as well |',
    '| --- | --- | --- | --- |',
    ...scenarios.flatMap(({ name }) => rows.get(name) ?? []),
  ]
  await writeFile(file, `${head}${begin}\n\n${lines.join('\n')}\n\n${end}${tail}`)
}

function row({ name, delivered, resolved, alsoDelivered }: Outcome): string {
  const lingers = scenarios.find((scenario) => scenario.name === name)?.lingers
  const list = (times: Record<string, number>) =>
    Object.entries(times)
      .map(([alert, seconds]) => `${alert} ${duration(seconds)}`)
      .join(', ')
  return `| \`${name}\` | ${list(delivered)} | ${lingers === undefined ? list(resolved) : `not waited for: ${lingers}`} | ${alsoDelivered.join(', ') || '–'} |`
}

function duration(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
