/** A table of Markdown: numbers (everything after the first `textColumns`) to the right. */
export function markdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (i < textColumns ? '---' : '--:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
