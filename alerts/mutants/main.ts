/**
 * `npm run mutants [-- <text>…]`: shows that the promtool tests would notice a wrong rule. Changes one thing at a time in
 * every rule, and runs the tests that concern the rule, and only the rules that these need, until one fails. Lists the
 * changes that no test notices; those in survivors.yaml, which says why, are expected. With
 * texts: those changes only whose line has one of them, such as the name of a rule.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { duration, durationText } from '../../scripts/lib/duration.ts'
import { mutants } from './mutate.ts'
import { Promtool } from './promtool.ts'
import type { Files } from './promtool.ts'
import { groupsByFile, slices } from './suite.ts'
import type { Rule, Slice } from './suite.ts'

interface Mutant {
  id: string
  rule: Rule
  changed: Rule
  what: string
  slices: Slice[]
}

const chosen = process.argv.slice(2)
const began = Date.now()
const promtool = new Promtool((await resolveImages()).PROMETHEUS_IMAGE!)
const all = [...groupsByFile].flatMap(([file, groups]) =>
  groups.flatMap(({ rules }) => rules.flatMap((rule) => mutantsOf(file, rule))),
)
const mine = all.filter(({ id }) => chosen.length === 0 || chosen.some((text) => id.includes(text)))
if (mine.length === 0) throw new Error(`no change is called ${chosen.join(' or ')}`)

const survivors: Mutant[] = []
await unchangedPass()
let alive = mine
for (let round = 0; alive.length > 0; round++) {
  survivors.push(...alive.filter(({ slices }) => slices[round] === undefined))
  alive = alive.filter(({ slices }) => slices[round] !== undefined)
  const passed = await promtool.run(
    alive.map(({ slices, rule, changed }) => withRule(slices[round]!, rule, changed)),
    `round ${round + 1}`,
  )
  alive = alive.filter((_, i) => passed[i])
}

const reasons = parse(await readFile(join(import.meta.dirname, 'survivors.yaml'), 'utf8')) as {
  why: string
  mutants: string[]
}[]
const expected = new Set(reasons.flatMap(({ mutants }) => mutants))
const unexpected = survivors.filter(({ id }) => !expected.has(id))
const gone = mine.filter((mutant) => expected.has(mutant.id) && !survivors.includes(mutant))
const unknown = [...expected].filter((id) => !all.some((mutant) => mutant.id === id))
for (const { id } of unexpected) console.log(`no test notices: ${id}`)
for (const { id } of gone) console.log(`in survivors.yaml, but noticed: ${id}`)
for (const id of unknown) console.log(`in survivors.yaml, but no change: ${id}`)
console.log(
  `${mine.length} changes, ${mine.length - survivors.length} noticed, ${survivors.length - unexpected.length} of the others expected, ${unexpected.length} not; ${Math.round((Date.now() - began) / 1000)} s`,
)
process.exitCode = unexpected.length + gone.length + unknown.length === 0 ? 0 : 1

function nameOf({ alert, record }: Rule): string {
  return (alert ?? record)!
}

function mutantsOf(file: string, rule: Rule): Mutant[] {
  // What several rules of one name differ in.
  const { long_window: window } = rule.labels ?? {}
  const name = `${file} ${nameOf(rule)}${window === undefined ? '' : ` ${window}`}`
  const concerned = slices(rule)
  const mutant = (changed: Rule, what: string) => ({
    id: `${name}: ${what}`,
    rule,
    changed,
    what,
    slices: concerned,
  })
  return [
    ...mutants(rule.expr).map(({ expr, what }) => mutant({ ...rule, expr }, what)),
    ...(['for', 'keep_firing_for'] as const).flatMap((key) =>
      rule[key] === undefined
        ? []
        : [2, 0.5].map((factor) => {
            const other = durationText(duration(rule[key]!) * factor)
            return mutant({ ...rule, [key]: other }, `${key} ${rule[key]} → ${other}`)
          }),
    ),
  ]
}

/** A slice that failed by itself would notice everything. */
async function unchangedPass(): Promise<void> {
  const bySlices = new Map(mine.map(({ slices, rule }) => [slices, rule]))
  const originals = [...bySlices].flatMap(([slices, rule]) =>
    slices.map((slice) => ({ rule, slice, ...withRule(slice, rule, rule) })),
  )
  const passed = await promtool.run(originals, 'unchanged')
  const failed = originals.filter((_, i) => !passed[i])
  if (failed.length > 0) {
    const which = failed.map(({ rule, slice }) => `${slice.file} for ${nameOf(rule)}`)
    throw new Error(`these fail without any change: ${which.join('; ')}`)
  }
}

function withRule({ test, groups, cost }: Slice, rule: Rule, changed: Rule): Files {
  const replaced = groups.map((group) => ({
    ...group,
    rules: group.rules.map((one) => (one === rule ? changed : one)),
  }))
  return { test, rules: { groups: replaced }, cost }
}
