import { parser } from '@prometheus-io/lezer-promql'
import { duration, durationText } from '../../scripts/lib/duration.ts'

/** A rule with one thing changed. */
export interface Change {
  /** What was changed, for a person. */
  what: string
  expr: string
}

type Node = ReturnType<typeof parser.parse>['topNode']

const comparisons: Record<string, string[]> = {
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '==': ['!='],
  '!=': ['=='],
}
const aggregations: Record<string, string[]> = { sum: ['max', 'avg'], count: ['sum', 'max'] }
/** Functions of a histogram that are easily taken for each other. */
const ofHistograms: Record<string, string> = {
  histogram_count: 'histogram_sum',
  histogram_sum: 'histogram_count',
}
const matchers: Record<string, string> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' }

/**
 * Every expression that differs from this one in one thing that a rule can be wrong in: a number, the length of a window
 * or an offset, an aggregation, what is taken of a histogram, one of the labels that are kept, a comparison, a filter, or
 * one side of `and`, `or` and `unless`.
 *
 * @throws where it is no PromQL
 */
export function mutants(expr: string): Change[] {
  const changes = new Map<string, Change>()
  const text = ({ from, to }: Pick<Node, 'from' | 'to'>) => expr.slice(from, to)
  const add = (from: number, to: number, by: string, what: string) => {
    const line = expr.slice(0, from).split('\n').length
    const changed = expr.slice(0, from) + by + expr.slice(to)
    if (changed !== expr) changes.set(changed, { what: `line ${line}: ${what}`, expr: changed })
  }
  const replace = (node: Node, by: string) => add(node.from, node.to, by, `${text(node)} → ${by}`)

  parser.parse(expr).iterate({
    enter({ node }) {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expr}`)
      switch (node.name) {
        case 'NumberDurationLiteral':
          for (const other of otherNumbers(Number(text(node)))) replace(node, String(other))
          break
        case 'NumberDurationLiteralInDurationContext':
          for (const factor of [2, 0.5]) replace(node, durationText(duration(text(node)) * factor))
          break
        case 'AggregateOp':
          for (const other of aggregations[text(node)] ?? []) replace(node, other)
          break
        case 'FunctionIdentifier':
          if (text(node) in ofHistograms) replace(node, ofHistograms[text(node)]!)
          break
        case 'LabelName':
          if (node.parent?.name === 'GroupingLabels') withoutOne(node, 'not kept:')
          break
        case 'UnquotedLabelMatcher':
          // A selector of nothing but labels must have one that is not empty.
          if (node.parent?.parent?.getChild('Identifier')) {
            withoutOne(node, 'not filtered by')
            const operator = node.getChild('MatchOp')!
            replace(operator, matchers[text(operator)]!)
          }
          break
        case 'BinaryExpr':
          binary(node)
          break
      }
    },
  })
  return [...changes.values()]

  /** Takes one item out of a list, with the comma that belongs to it. */
  function withoutOne(node: Node, what: string) {
    const after = /^\s*,\s*/.exec(expr.slice(node.to))?.[0].length
    const before = /\s*,\s*$/.exec(expr.slice(0, node.from))?.[0].length ?? 0
    const [from, to] = after === undefined ? [node.from - before, node.to] : [node.from, node.to + after]
    add(from, to, '', `${what} ${text(node)}`)
  }

  function binary(node: Node) {
    const [left, right] = [node.firstChild!, node.lastChild!]
    const operator = left.nextSibling!
    for (const other of comparisons[text(operator)] ?? []) replace(operator, other)
    const short = (side: Node) => text(side).replace(/\s+/g, ' ').slice(0, 60)
    if (['And', 'Or', 'Unless'].includes(operator.name)) {
      add(node.from, node.to, text(left), `without ${text(operator)} ${short(right)}`)
    }
    if (operator.name === 'Or') add(node.from, node.to, text(right), `without ${short(left)} or`)
  }
}

/** A quarter more and a fifth less; a share stays a share. */
function otherNumbers(number: number): number[] {
  // Not 1: increase() reads a single call as somewhat more.
  if (number === 0) return [2]
  const more = number * 1.25
  return [number < 1 && more >= 1 ? (number + 1) / 2 : more, number * 0.8].map((n) => Number(n.toFixed(6)))
}
