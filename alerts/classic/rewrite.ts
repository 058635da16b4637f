import { parser } from '@prometheus-io/lezer-promql'
import { histogramIn } from '../histograms.ts'

type Node = ReturnType<typeof parser.parse>['topNode']

/** The classic series that stands in for a native histogram. */
type Part = 'bucket' | 'count' | 'sum'

/** Functions of a histogram whose result is a histogram, here each over a range or of one. */
const keepHistogram = new Set([
  ...[
    'Rate',
    'Increase',
    'Irate',
    'Delta',
    'Idelta',
    'SumOverTime',
    'AvgOverTime',
    'LastOverTime',
    'FirstOverTime',
  ],
  ...['LabelReplace', 'LabelJoin'],
])
/** What asks whether there is a series, and not for its value. */
const ofExistence = new Set([
  'Absent',
  'AbsentOverTime',
  'PresentOverTime',
  'CountOverTime',
  'Count',
  'Group',
  'Timestamp',
])

/**
 * An expression on native histograms as one on classic ones: `histogram_quantile` and `histogram_fraction` of `_bucket`
 * with `le` kept, `histogram_count` as `_count`, `histogram_sum` as `_sum`, `histogram_avg` as their ratio. What is a
 * histogram as a whole (a recording rule, a heatmap) becomes its buckets. All else stays as it is written.
 *
 * Understands Grafana's variables and `label_values(…)`. What is classic already, or has no histogram, comes back as it was.
 *
 * @throws where the text is no PromQL, or uses a histogram in a way that classic ones have no form for
 */
export function toClassic(expr: string): string {
  const variable = /^\s*label_values\(([^]*),\s*(\w+)\s*\)\s*$/.exec(expr)
  if (variable) return `label_values(${rewrite(variable[1]!, 'count')}, ${variable[2]})`
  return rewrite(expr, 'bucket')
}

/** The name of a classic series, or of the recording rule that keeps it. */
export function classicName(series: string, part: Part): string {
  const histogram = histogramIn(series)
  return histogram === undefined ? series : series.replace(histogram, `${histogram}_${part}`)
}

function rewrite(expr: string, whole: Part): string {
  const { text, restore } = withoutVariables(expr)
  const tree = parser.parse(text)
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expr}`)
    },
  })
  return restore(new Rewriting(text).of(tree.topNode, whole))
}

/**
 * Grafana's variables outside of strings (`[$__range]`) are no PromQL: a number that is a duration as well stands in for
 * each while the expression is parsed.
 */
function withoutVariables(expr: string): { text: string; restore: (text: string) => string } {
  const variables: string[] = []
  const text = expr.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\w+|\$\{[^}]*\}/g, (found) =>
    found.startsWith('$') ? `77777${String(variables.push(found)).padStart(4, '0')}s` : found,
  )
  return {
    text,
    restore: (changed) => changed.replace(/\b77777(\d{4})s/g, (_, number) => variables[Number(number) - 1]!),
  }
}

class Rewriting {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** @param part the series that stands in for a histogram, where this is one; none, where it must not be one */
  of(node: Node, part: Part | undefined): string {
    switch (node.name) {
      case 'VectorSelector':
        return this.#selector(node, part)
      case 'FunctionCall':
        return this.#call(node, part)
      case 'AggregateExpr':
        return this.#aggregation(node, part)
      case 'BinaryExpr':
        return this.#binary(node, part)
    }
    return this.#inner(node, part)
  }

  #source({ from, to }: Pick<Node, 'from' | 'to'>): string {
    return this.#text.slice(from, to)
  }

  /** A node as it is written, with each of its expressions rewritten. */
  #inner(node: Node, part: Part | undefined): string {
    return this.#with(node, (child) => this.of(child, part))
  }

  /** A node as it is written, with other text for each of its children. */
  #with(node: Node, write: (child: Node) => string): string {
    let written = ''
    let end = node.from
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      written += this.#text.slice(end, child.from) + write(child)
      end = child.to
    }
    return written + this.#text.slice(end, node.to)
  }

  #selector(node: Node, part: Part | undefined): string {
    if (!this.#isHistogram(node)) return this.#source(node)
    if (part === undefined) throw this.#refusal(node, 'a number is wanted, and this is a histogram')
    const name = node.getChild('Identifier')!
    return classicName(this.#source(name), part) + this.#text.slice(name.to, node.to)
  }

  #call(node: Node, part: Part | undefined): string {
    const name = nameOf(node)
    const argument = argumentsOf(node).find((one) => this.#isHistogram(one))
    if (argument === undefined) return this.#inner(node, undefined)
    switch (name) {
      case 'HistogramCount':
        return this.#unwrapped(node, argument, 'count')
      case 'HistogramSum':
        return this.#unwrapped(node, argument, 'sum')
      case 'HistogramAvg':
        return `(${this.#unwrapped(node, argument, 'sum')} / ${this.#unwrapped(node, argument, 'count')})`
      case 'HistogramQuantile':
      case 'HistogramFraction':
        return this.#inner(node, 'bucket')
    }
    if (ofExistence.has(name)) return this.#inner(node, 'count')
    if (keepHistogram.has(name)) return this.#inner(node, part)
    throw this.#refusal(node, 'classic histograms have no form for it')
  }

  /** The argument of a call, in its place: indented as the call was, in parentheses where it has to hold together. */
  #unwrapped(call: Node, argument: Node, part: Part): string {
    const body = call.getChild('FunctionCallBody')!
    const written = this.of(argument, part)
    const indent = /\n( *)$/.exec(this.#text.slice(body.from, argument.from))?.[1]
    const before = this.#text.slice(this.#text.lastIndexOf('\n', call.from) + 1, call.from)
    const deeper = indent === undefined ? 0 : indent.length - /^ */.exec(before)![0].length
    const moved = deeper > 0 ? written.replaceAll(`\n${' '.repeat(deeper)}`, '\n') : written
    return argument.name === 'BinaryExpr' ? `(${moved})` : moved
  }

  #aggregation(node: Node, part: Part | undefined): string {
    if (!argumentsOf(node).some((one) => this.#isHistogram(one))) return this.#inner(node, undefined)
    const name = nameOf(node)
    if (ofExistence.has(name)) return this.#inner(node, 'count')
    if (name !== 'Sum' && name !== 'Avg') throw this.#refusal(node, 'classic histograms have no form for it')
    if (part !== 'bucket') return this.#inner(node, part)
    const modifier = node.getChild('AggregateModifier')
    return this.#with(node, (child) => {
      if (child.name === 'AggregateOp') return this.#source(child) + (modifier ? '' : ' by (le) ')
      if (child.name !== 'AggregateModifier') return this.of(child, part)
      return child.getChild('Without') ? this.#source(child) : this.#with(child, (part) => this.#withLe(part))
    })
  }

  /** The labels of `by (…)`, and `le`. */
  #withLe(node: Node): string {
    if (node.name !== 'GroupingLabels') return this.#source(node)
    const labels = node.getChildren('LabelName').map((label) => this.#source(label))
    return `(${[...labels, 'le'].join(', ')})`
  }

  #binary(node: Node, part: Part | undefined): string {
    const [left, right] = [node.firstChild!, node.lastChild!]
    const sides = [left, right].filter((side) => this.#isHistogram(side))
    if (sides.length === 0) return this.#inner(node, undefined)
    const operator = left.nextSibling!.name
    const same = sides.length === 2 && ['Add', 'Sub', 'Or'].includes(operator)
    const scaled = ['Mul', 'Div'].includes(operator) && [left, right].some((side) => isNumber(side))
    if (same || scaled) return this.#inner(node, part)
    throw this.#refusal(node, 'classic histograms have no form for it')
  }

  /** Whether the value of an expression is a native histogram of the contract. */
  #isHistogram(node: Node): boolean {
    const any = (nodes: Node[]) => nodes.some((one) => this.#isHistogram(one))
    switch (node.name) {
      case 'VectorSelector': {
        const name = node.getChild('Identifier')
        return name !== null && histogramIn(this.#source(name)) !== undefined
      }
      case 'FunctionCall':
        return keepHistogram.has(nameOf(node)) && any(argumentsOf(node))
      case 'AggregateExpr':
        return !ofExistence.has(nameOf(node)) && any(argumentsOf(node))
    }
    return any(node.getChildren('Expr'))
  }

  #refusal(node: Node, why: string): Error {
    const what = this.#source(node).replace(/\s+/g, ' ')
    return new Error(`no classic form of ${what}: ${why}`)
  }
}

/** The function of a call, or the operation of an aggregation. */
function nameOf(node: Node): string {
  return node.firstChild!.firstChild!.name
}

function argumentsOf(node: Node): Node[] {
  return node.getChild('FunctionCallBody')!.getChildren('Expr')
}

/** A number, or `scalar(…)`: it has no labels to match. */
function isNumber(node: Node): boolean {
  if (node.name === 'ParenExpr') return isNumber(node.getChild('Expr')!)
  return node.name === 'NumberDurationLiteral' || (node.name === 'FunctionCall' && nameOf(node) === 'Scalar')
}
