/** An explanation in plain words, aligned. */
import type { Explanation, Metric, Said } from './report.ts'

const WIDTH = 118
const LABEL = 12

export function asText(explanations: Explanation[]): string {
  return explanations.map(spanText).join('\n\n') + '\n'
}

function spanText(span: Explanation): string {
  const title = `${span.name || '(no name)'}   span ${span.spanId || '(no id)'}${span.service ? `, ${span.service}` : ''}`
  const rows = [...rowsOf(span)].flatMap(([label, ...lines]) =>
    lines.flatMap((line, i) => row(i === 0 ? label! : '', line)),
  )
  return [title, ...rows].join('\n')
}

function* rowsOf(span: Explanation): Generator<string[]> {
  yield ['counts', `${span.counts ? 'yes' : 'no'}. ${span.why}`]
  yield [
    'dialect',
    span.dialect
      ? `${span.dialect.name}, by ${span.dialect.file}`
      : `none: no file of collector/understand/dialects takes it`,
    `scope ${span.scope || '(none)'}`,
  ]
  yield ['role', span.role ?? 'none']
  if (span.layer) yield ['layer', span.layer]
  if (span.operation) yield ['operation', span.operation]
  if (span.provider) yield ['provider', said(span.provider)]
  const models = [
    ...(span.requestModel ? [`asked for  ${said(span.requestModel)}`] : []),
    ...(span.responseModel ? [`answered   ${said(span.responseModel)}`] : []),
  ]
  if (models.length > 0) yield ['model', ...models]
  if (span.error) yield ['error', span.error]
  if (span.tokens) yield ['tokens', ...tokenLines(span)]
  if (span.price) yield ['price', ...priceLines(span.price)]
  if (span.flags.length > 0) yield ['flags', ...span.flags.map(({ flag, meaning }) => `${flag}: ${meaning}`)]
  const { removed, masked, cut } = span.hidden
  const hidden = [
    ...(removed.length > 0 ? [`taken out: ${removed.join(', ')}`] : []),
    ...(masked.length > 0 ? [`masked: ${masked.join(', ')}`] : []),
    ...(cut.length > 0 ? [`cut: ${cut.join(', ')}`] : []),
  ]
  yield ['hidden', ...(hidden.length > 0 ? hidden : ['nothing'])]
  yield ['metrics', ...(span.metrics.length > 0 ? metricLines(span.metrics) : ['none'])]
}

const said = ({ value, reported }: Said) =>
  `${value ?? 'none'}${reported === undefined ? '' : ` (the span said ${reported})`}`

function tokenLines({ tokens = {}, reportedTokens, dialect }: Explanation): string[] {
  const of = (name: string) => tokens[name] ?? 0
  const fresh = of('input') - of('cache_read') - of('cache_write')
  const cached = [
    ...(of('cache_read') > 0 ? [`${number(of('cache_read'))} read from the cache`] : []),
    ...(of('cache_write') > 0 ? [`${number(of('cache_write'))} written to the cache`] : []),
    ...(of('cache_write_1h') > 0 ? [`of these ${number(of('cache_write_1h'))} for an hour`] : []),
  ]
  const input = tokens['input'] === undefined ? 'unknown' : number(tokens['input'])
  const output = tokens['output'] === undefined ? 'unknown' : number(tokens['output'])
  const changed = Object.entries(reportedTokens ?? {}).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  )
  return [
    `input ${input}${cached.length > 0 ? `: ${number(fresh)} fresh, ${cached.join(', ')}` : ''}`,
    `output ${output}${of('reasoning') > 0 ? `, of which reasoning ${number(of('reasoning'))}` : ''}`,
    ...(changed.length > 0 ? [`the span said ${changed.join(', ')}`] : []),
    `basis: ${dialect?.basis ?? 'the conventions’: input includes cached tokens, output includes reasoning.'}`,
  ]
}

function priceLines({ amount, currency, parts, why }: NonNullable<Explanation['price']>): string[] {
  const lines = parts.map(({ name, usd, tokens, rate }) => {
    const how = tokens === undefined ? '' : `${number(tokens)} tokens at ${rate} per million`
    return `  ${name.padEnd(12)}  ${number(usd).padEnd(12)}  ${how}`.trimEnd()
  })
  return [`${amount === undefined ? 'none' : `${number(amount)} ${currency}`}. ${why}`, ...lines]
}

/** The labels that all have in common once, then each metric with its own, behind its value. */
function metricLines(metrics: Metric[]): string[] {
  const common = Object.entries(metrics[0]!.labels).filter(([key, value]) =>
    metrics.every(({ labels }) => labels[key] === value),
  )
  const rows = metrics
    .map(({ name, labels, value, count }) => {
      const own = Object.entries(labels).filter(([key]) => !common.some(([shared]) => shared === key))
      const set = own.length > 0 ? `{${own.map(label).join(', ')}}` : ''
      return { value: number(value), name: `${name}${set}${count === undefined ? '' : `, sum of ${count}`}` }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const width = Math.max(...rows.map(({ value }) => value.length))
  return [
    `all with ${common.map(label).join(', ')}`,
    ...rows.map(({ value, name }) => `${value.padStart(width)}  ${name}`),
  ]
}

const label = ([key, value]: [string, string]) => `${key}=${JSON.stringify(value)}`

/** Whole numbers with thousands, others with the digits that say something. */
const number = (value: number) =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(12)))

/** Words that do not fit go on below. A line with columns (two blanks) stays whole. */
function row(label: string, line: string): string[] {
  const words = /^\s|\S {2,}/.test(line) ? [line] : line.split(' ')
  const lines: string[] = []
  let current = ''
  for (const word of words) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && LABEL + 2 + longer.length > WIDTH) {
      lines.push(current)
      current = word
    } else current = longer
  }
  return [...lines, current].map((text, i) => `  ${(i === 0 ? label : '').padEnd(LABEL)}${text}`)
}
