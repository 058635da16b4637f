import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { parse } from 'yaml'
import { duration } from '../../scripts/lib/duration.ts'
import { alertsFolder, ruleFiles, testsFolder } from '../rules.ts'

/** A rule as its file has it. */
export interface Rule {
  record?: string
  alert?: string
  expr: string
  for?: string
  keep_firing_for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

interface Group {
  name: string
  interval?: string
  rules: Rule[]
}

interface AlertAssertion {
  eval_time: string
  alertname: string
}

interface ExprAssertion {
  eval_time: string
  expr: string
}

interface TestCase {
  alert_rule_test?: AlertAssertion[]
  promql_expr_test?: ExprAssertion[]
}

interface TestFile {
  rule_files: string[]
  evaluation_interval?: string
  group_eval_order?: string[]
  tests: TestCase[]
}

/** A part of a test file that can only fail by one rule, or by what that rule needs. */
export interface Slice {
  file: string
  test: TestFile
  groups: Group[]
  /** How long it takes, roughly, compared with others. */
  cost: number
}

/** One file of rules to promtool, and to us. */
const one = 'rules.yaml'

/** All text, as promtool has it: `0x60` is no number. */
const load = (path: string) => parse(readFileSync(path, 'utf8'), { schema: 'failsafe' }) as unknown

export const groupsByFile: ReadonlyMap<string, Group[]> = new Map(
  [...ruleFiles].map(([file, path]) => [
    file,
    (load(join(alertsFolder, path)) as { groups: Group[] }).groups,
  ]),
)
const allRules = [...groupsByFile.values()].flatMap((groups) => groups.flatMap(({ rules }) => rules))

const tests = readdirSync(testsFolder)
  .sort()
  .map((file) => {
    const test = load(join(testsFolder, file)) as TestFile
    return { file, test: { ...test, rule_files: test.rule_files.map((path) => basename(path)) } }
  })
  // What rules of others do is shown with rules of its own, in a folder of its own.
  .filter(({ test }) => test.rule_files.every((file) => groupsByFile.has(file)))

/**
 * The parts of all tests that a rule can make fail: the assertions about it and about what is computed from it, with the
 * rules that these need, and no others. The cheapest first.
 */
export function slices(rule: Rule): Slice[] {
  const affected = closure([rule], (one) => allRules.filter((other) => needs(other).includes(one)))
  return tests
    .flatMap(({ file, test }) => slice(file, test, affected) ?? [])
    .filter(({ groups }) => groups.some(({ rules }) => rules.includes(rule)))
    .sort((a, b) => a.cost - b.cost)
}

function slice(file: string, test: TestFile, affected: ReadonlySet<Rule>): Slice | undefined {
  const rulesOfFile = new Set(
    test.rule_files.flatMap((name) => groupsByFile.get(name)!.flatMap(({ rules }) => rules)),
  )
  const needed = new Set<Rule>()
  const concerns = (about: Rule[]) => {
    if (!about.some((rule) => affected.has(rule))) return false
    for (const rule of closure(about, needs)) if (rulesOfFile.has(rule)) needed.add(rule)
    return true
  }
  const kept = test.tests.flatMap((testCase) => {
    const { alert_rule_test: onAlerts = [], promql_expr_test: onExpressions = [], ...rest } = testCase
    const alerts = onAlerts.filter(({ alertname }) => concerns(rulesNamed(alertname)))
    const expressions = onExpressions.filter(({ expr }) => concerns(mentioned(expr)))
    if (alerts.length + expressions.length === 0) return []
    return [{ ...rest, alert_rule_test: alerts, promql_expr_test: expressions }]
  })
  if (kept.length === 0) return undefined

  const groups = test.rule_files.flatMap((name) =>
    groupsByFile
      .get(name)!
      .map((group) => ({ ...group, rules: group.rules.filter((rule) => needed.has(rule)) }))
      .filter(({ rules }) => rules.length > 0),
  )
  const { group_eval_order: order, ...rest } = test
  const ordered = order?.filter((name) => groups.some((group) => group.name === name))
  const until = kept.map((testCase) =>
    Math.max(
      ...[...testCase.alert_rule_test, ...testCase.promql_expr_test].map(({ eval_time }) =>
        duration(eval_time),
      ),
    ),
  )
  const evaluations =
    until.reduce((sum, seconds) => sum + seconds, 0) / duration(test.evaluation_interval ?? '1m')
  return {
    file,
    test: {
      ...rest,
      ...(ordered !== undefined && { group_eval_order: ordered }),
      rule_files: [one],
      tests: kept,
    },
    groups,
    cost: evaluations * needed.size,
  }
}

const rulesNamed = (name: string) => allRules.filter(({ alert }) => alert === name)

/** The rules that an expression is about, its alerts included. */
function mentioned(expr: string): Rule[] {
  return selectors(expr).flatMap(({ metric, matchers }) => {
    const value = (label: string) => matchers.find((matcher) => matcher.label === label)
    if (metric === 'ALERTS' || metric === 'ALERTS_FOR_STATE') {
      // One that is about any alert, as that there is none without data, tells no rules apart.
      const { operator, value: name = '' } = value('alertname') ?? {}
      return operator === '=' ? rulesNamed(name) : []
    }
    const name = value('__name__')
    if (name?.operator === '=~') {
      const pattern = new RegExp(`^(?:${name.value})$`)
      return allRules.filter(({ record }) => record !== undefined && pattern.test(record))
    }
    return allRules.filter(({ record }) => record !== undefined && record === metric)
  })
}

const needed = new Map<Rule, Rule[]>()

/** The recording rules that a rule reads, in its texts as well. */
function needs(rule: Rule): Rule[] {
  let rules = needed.get(rule)
  if (rules === undefined) {
    const texts = Object.values(rule.annotations ?? {}).join(' ')
    rules = [
      ...mentioned(rule.expr),
      ...allRules.filter(({ record }) => record !== undefined && texts.includes(record)),
    ]
    needed.set(rule, rules)
  }
  return rules
}

function closure(from: readonly Rule[], next: (rule: Rule) => Rule[]): Set<Rule> {
  const found = new Set(from)
  for (const rule of found) for (const other of next(rule)) found.add(other)
  return found
}

interface Selector {
  metric: string | undefined
  matchers: { label: string; operator: string; value: string }[]
}

function selectors(expr: string): Selector[] {
  const found: Selector[] = []
  parser.parse(expr).iterate({
    enter({ node }) {
      if (node.name !== 'VectorSelector') return
      const text = (child: { from: number; to: number } | null) =>
        child === null ? undefined : expr.slice(child.from, child.to)
      found.push({
        metric: text(node.getChild('Identifier')),
        matchers: (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map(
          (matcher) => ({
            label: text(matcher.getChild('LabelName'))!,
            operator: text(matcher.getChild('MatchOp'))!,
            value: text(matcher.getChild('StringLiteral'))!.slice(1, -1),
          }),
        ),
      })
    },
  })
  return found
}
