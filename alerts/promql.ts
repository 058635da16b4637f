/** What a PromQL expression refers to. */
export interface PromqlNames {
  /** Each selector: a metric, and the labels that it is filtered by. */
  selectors: { metric: string; labels: string[] }[]
  /** Labels named in `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  grouping: string[]
}

const keywords = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan', 'start', 'end', 'atan2'])
const groupingClause = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/gi

/**
 * Reads names out of a PromQL expression without parsing it: promtool decides whether it is valid, this says what it
 * refers to. Passes over selectors without a metric (`{__name__=~"…"}`); does not understand quoted metric names.
 */
export function promqlNames(expression: string): PromqlNames {
  const grouping: string[] = []
  const rest = expression
    // Strings first, as they may hold anything; then comments.
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""')
    .replace(/#.*$/gm, '')
    .replace(groupingClause, (_, labels: string) => {
      grouping.push(...identifiers(labels))
      return ' '
    })
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/(?<![\w:]\s*)\{[^}]*\}/g, ' ')

  const selectors = [...rest.matchAll(/(?<![\w:.$])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)]
    // With a parenthesis it is a function.
    .filter(([, name, next]) => next !== '(' && !keywords.has(name!.toLowerCase()))
    .map(([, name, matchers]) => ({
      metric: name!,
      labels: identifiers((matchers ?? '').replace(/""/g, '')),
    }))
  return { selectors, grouping }
}

function identifiers(text: string): string[] {
  return text.match(/[a-zA-Z_]\w*/g) ?? []
}
