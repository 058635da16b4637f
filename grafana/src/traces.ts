import * as common from '@grafana/grafana-foundation-sdk/common'
import * as grid from '@grafana/grafana-foundation-sdk/table'
import { DataqueryBuilder, SearchTableType } from '@grafana/grafana-foundation-sdk/tempo'
import {
  type Column,
  columnProperties,
  columnWidth,
  describe,
  linkCells,
  noCell,
  type Question,
} from './panel.ts'
import { traceAddress } from './trace-link.ts'
import { unit as units } from './theme.ts'
import { tempo } from './variables.ts'

/** Each a column: an attribute that `query` selects, or one of Tempo's own fields. */
export interface SpanColumn extends Partial<Omit<Column, 'query'>> {
  title: string
  /** With `group`: what becomes of the spans of one row. Without it the column is a key of the rows. */
  take?: 'sum' | 'max' | 'count' | 'min'
}

/** Names of Tempo's own columns in Grafana. */
export const field = {
  trace: 'traceIdHidden',
  start: 'Start time',
  service: 'Trace Service',
  name: 'Trace Name',
  duration: 'Duration',
  span: 'Span ID',
} as const

/** What every table of calls begins with. */
export const callColumns = {
  [field.trace]: { title: 'Trace' },
  [field.start]: { title: 'Began', unit: units.moment },
  [field.service]: { title: 'Service' },
  'app.feature': { title: 'Feature' },
  'gen_ai.request.model': { title: 'Model' },
} satisfies Record<string, SpanColumn>

/** The same as Tempo answers. */
const inAnswer = {
  time: field.start,
  traceService: field.service,
  traceName: field.name,
  duration: field.duration,
  spanID: field.span,
}

const tempoFields = new Set<string>(Object.values(field))

/**
 * A table of spans that TraceQL finds, or with `group`, of what they have in common, such as their trace. Its trace
 * column opens the trace. Tempo looks for `limit` traces and stops: on a long time range these are some of many.
 */
export function spans(
  question: Omit<Question, 'unit'> & {
    query: string
    /** By attribute or field, in the order of the columns. */
    columns: Record<string, SpanColumn>
    group?: boolean
    sortBy: string
    limit?: number
  },
): grid.PanelBuilder {
  const { query, columns, group = false, sortBy, limit = 100 } = question
  const entries = Object.entries(columns)
  const nameOf = ([key, { take }]: (typeof entries)[number]) => (group && take ? `${key} (${take})` : key)
  const panel = describe(new grid.PanelBuilder(), { ...question, unit: units.none }, 8)
    .datasource(tempo)
    .withTarget(
      new DataqueryBuilder()
        .datasource(tempo)
        .refId('A')
        .queryType('traceql')
        .query(query)
        .tableType(SearchTableType.Spans)
        .limit(limit)
        // Of each trace; the default of 3 would leave out most steps of an agent.
        .spss(100),
    )
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(true)])
    // Grafana takes every attribute for text.
    .withTransformation({
      id: 'convertFieldType',
      options: {
        conversions: entries
          .filter(([key, { unit }]) => unit !== undefined && !tempoFields.has(key))
          .map(([targetField]) => ({ targetField, destinationType: 'number' })),
      },
    })
    // Into a table for each service and back: of no rows nothing is left, and the panel says `noValue` in place of showing a
    // head alone.
    .withTransformation({
      id: 'partitionByValues',
      options: { fields: [field.service], keepFields: true, naming: { asLabels: false } },
    })
    .withTransformation({ id: 'merge', options: {} })
    // Which loses Tempo's names where there were several.
    .withTransformation({ id: 'organize', options: { renameByName: inAnswer } })
  if (group) {
    panel.withTransformation({
      id: 'groupBy',
      options: {
        fields: Object.fromEntries(
          entries.map(([key, { take }]) => [
            key,
            take
              ? { operation: 'aggregate', aggregations: [take] }
              : { operation: 'groupby', aggregations: [] },
          ]),
        ),
      },
    })
  }
  panel
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: entries.map(nameOf) } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(entries.map((entry, index) => [nameOf(entry), index])),
        renameByName: Object.fromEntries(entries.map((entry) => [nameOf(entry), entry[1].title])),
      },
    })
  for (const [key, { title, unit, ...column }] of entries) {
    if (key === field.trace) {
      panel.overrideByName(title, [
        { id: 'custom.hidden', value: false },
        { id: 'custom.width', value: 100 },
      ])
      linkCells(panel, { [title]: { title: 'Open the trace', url: traceAddress('${__value.raw}') } })
    } else if (unit === undefined) panel.overrideByName(title, [...columnWidth(key), noCell])
    else panel.overrideByName(title, columnProperties({ ...column, unit }))
  }
  return panel
}
