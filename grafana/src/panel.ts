import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  type DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type SpecialValueMap,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import * as heat from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as grid from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { type Drill, drillLink } from './links.ts'
import { label } from './query.ts'
import { bad, barColour, coloursOf, exemplar, good, neutral, type Unit, unit as units } from './theme.ts'
import { prometheus } from './variables.ts'

/** What every panel has to say. */
export interface Question {
  /** A plain noun or a question, in the words of the person who asks. */
  title: string
  /** How the answer is computed. */
  description: string
  unit: Unit
  /** Shown without data: what would fill the panel. */
  noValue: string
  /** Columns of 24. */
  width: number
  /** Rows of 30 pixels; each kind of panel has its own. */
  height?: number
  /** From here on it is bad: what an alert compares with, from `limit()`. */
  threshold?: number
  /** Below the threshold is bad, not above it. */
  least?: boolean
  decimals?: number
  /** Where to look next. */
  links?: DashboardLinkBuilder[]
}

/** One query of a panel; `name` is shown in the legend, and may hold labels as `{{label}}`. */
export interface Series {
  query: string
  name?: string
  /** Show sample calls as dots that lead to their traces. */
  exemplars?: boolean
}

type AnyPanel =
  stat.PanelBuilder | timeseries.PanelBuilder | bargauge.PanelBuilder | grid.PanelBuilder | heat.PanelBuilder

export type Panel = Builder<ReturnType<AnyPanel['build']>>

export function describe<P extends AnyPanel>(panel: P, question: Question, height: number): P {
  const { title, description, unit, noValue, width, decimals, links = [] } = question
  panel
    .title(title)
    .description(description)
    .datasource(prometheus)
    .unit(unit)
    .noValue(noValue)
    .span(width)
    .height(question.height ?? height)
    .links(links)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(question)))
  if (decimals !== undefined) panel.decimals(decimals)
  if (panel instanceof grid.PanelBuilder) {
    // The default of 150 pixels pushes columns out of sight, and one line cuts the titles of narrow ones.
    panel.minWidth(60).overrideByRegexp('/.*/', [{ id: 'custom.wrapHeaderText', value: true }])
  }
  return panel
}

/** A number that is not there is neither good nor bad; one that cannot be computed (0 / 0) is not there. */
const noNumber = (noValue: string): SpecialValueMap => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: noValue, color: neutral } },
})

export function steps({ threshold, least = false }: Pick<Question, 'threshold' | 'least'>) {
  if (threshold === undefined) return [{ value: null, color: neutral }]
  const [below, above] = least ? [bad, good] : [good, bad]
  return [
    { value: null, color: below },
    { value: threshold, color: above },
  ]
}

const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index)

const target = ({ query, name = '', exemplars = false }: Series, index = 0) =>
  new DataqueryBuilder()
    .datasource(prometheus)
    .refId(refId(index))
    .expr(query)
    .legendFormat(name)
    .exemplar(exemplars)

const last = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull'])

function colour<P extends timeseries.PanelBuilder | bargauge.PanelBuilder>(panel: P, series: Series[]): P {
  panel.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
  for (const [name, fixedColor] of series.flatMap(({ name = '' }) => Object.entries(coloursOf(name)))) {
    const properties = [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } }]
    if (name.startsWith('/')) panel.overrideByRegexp(name, properties)
    else panel.overrideByName(name, properties)
  }
  return panel
}

/**
 * One number for the whole time range; with `day`, for the day so far in the viewer's time zone, or for yesterday until
 * this time.
 */
export function number(
  question: Question & { query: string; day?: 'today' | 'yesterday' },
): stat.PanelBuilder {
  const decimals = question.decimals ?? (question.unit === units.share ? 2 : undefined)
  const panel = describe(
    new stat.PanelBuilder(),
    { ...question, ...(decimals === undefined ? {} : { decimals }) },
    3,
  )
    .withTarget(target({ query: question.query }).instant())
    .reduceOptions(last())
    .mappings([noNumber(question.noValue)])
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
  if (question.day) panel.timeFrom('now/d').hideTimeOverride(true)
  if (question.day === 'yesterday') panel.timeShift('1d')
  return panel
}

/** The names of what there is: each result by its `job`; 0 is good, more is bad. */
export function names(question: Question & { query: string }): stat.PanelBuilder {
  return describe(new stat.PanelBuilder(), { ...question, threshold: 1 }, 2)
    .withTarget(target({ query: question.query, name: '{{job}}' }).instant())
    .reduceOptions(last())
    .mappings([noNumber(question.noValue)])
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.Name)
}

/** Lines over time; `stacked` where they are parts of a whole. */
export function graph(
  question: Question & {
    series: Series[]
    stacked?: boolean
    /** Takes rates over four times as long, at least: of a few calls a minute one minute says little. */
    minStep?: string
    /** The axis goes at least so far: one of zeros alone would be any length. By default twice a share's threshold. */
    reaches?: number
    /** From a series, by the value of one of its labels: `__field.labels.<label>`. */
    drill?: Drill
    /** May be below 0. */
    signed?: boolean
  },
): timeseries.PanelBuilder {
  const { series, stacked = false, minStep, reaches, threshold, drill } = question
  const panel = colour(describe(new timeseries.PanelBuilder(), question, 7), series)
    .targets(
      series.map((one, index) => (minStep ? target(one, index).interval(minStep) : target(one, index))),
    )
    // Of parts the areas alone: the line of a part that is nearly nothing would lie on the top of all, in its colour.
    .lineWidth(stacked ? 0 : 1)
    .fillOpacity(stacked ? 60 : 0)
    .showPoints(stacked ? common.VisibilityMode.Never : common.VisibilityMode.Auto)
    .stacking(
      new common.StackingConfigBuilder().mode(
        stacked ? common.StackingMode.Normal : common.StackingMode.None,
      ),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
  if (threshold !== undefined) {
    panel.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    )
  }
  if (question.signed !== true) panel.min(0)
  const top =
    reaches ?? (question.unit === units.share && threshold !== undefined ? 2 * threshold : undefined)
  if (top !== undefined) panel.axisSoftMax(top)
  if (drill) panel.overrideByFieldType('number', [{ id: 'links', value: [drillLink(drill)] }])
  return panel
}

/** A bar for each series over the whole time range, the longest first. */
export function bars(question: Question & { series: Series[]; drill?: Drill }): bargauge.PanelBuilder {
  const { series, threshold, drill } = question
  const labels = Math.max(...series.map(({ name = '' }) => name.split('{{').length - 1))
  const panel = describe(new bargauge.PanelBuilder(), question, 7)
    .targets(series.map((one, index) => target({ ...one, query: sorted(one.query) }, index).instant()))
    .reduceOptions(last())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .showUnfilled(false)
    // Blue on black and yellow on white are bars, and no letters.
    .valueMode(common.BarGaugeValueMode.Text)
    // Left of the bars of a narrow panel there is no room for a name.
    .namePlacement(
      question.width < 8 || labels > 1 ? common.BarGaugeNamePlacement.Top : common.BarGaugeNamePlacement.Left,
    )
    .mappings([noNumber(question.noValue)])
    // A lone bar would fill the panel, and have no name.
    .sizing(common.BarGaugeSizing.Manual)
    .minVizHeight(14)
    .maxVizHeight(34)
    .text(new common.VizTextDisplayOptionsBuilder().titleSize(12).valueSize(14))
    .min(0)
  if (series.length === 1)
    panel.displayName(series[0]!.name!.replace(/\{\{(\w+)\}\}/g, '${__field.labels.$1}'))
  if (threshold === undefined) colour(panel, series)
  else panel.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
  if (drill) panel.overrideByFieldType('number', [{ id: 'links', value: [drillLink(drill)] }])
  return panel
}

const sorted = (query: string) => `sort_desc(${query})`

/**
 * How values spread over a histogram's buckets, in time. Dots are sample calls and open their trace.
 *
 * The name and the format are for classic histograms. Of native ones Grafana takes the buckets from the answer, and draws
 * them on a logarithmic axis.
 */
export function heatmap(question: Question & { query: string }): heat.PanelBuilder {
  return describe(new heat.PanelBuilder(), question, 8)
    .withTarget(
      target({ query: question.query, name: '{{le}}', exemplars: true }).format(PromQueryFormat.Heatmap),
    )
    .color(
      new heat.HeatmapColorOptionsBuilder()
        .mode(heat.HeatmapColorMode.Scheme)
        // One hue, light to dark: readable without telling colours apart.
        .scheme('Blues')
        .steps(64),
    )
    .yAxis(new heat.YAxisConfigBuilder().unit(question.unit).axisPlacement(common.AxisPlacement.Left))
    .cellValues(new heat.CellValuesBuilder().unit(units.callsPerSecond))
    .tooltip(new heat.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).showColorScale(true))
    .exemplarsColor(exemplar)
    .hideLegend()
}

/** A column of numbers. */
export interface Column {
  query: string
  unit: Unit
  decimals?: number
  threshold?: number
  /** As bars, so that the largest is seen. */
  bar?: boolean
  /** What a whole bar stands for, so that several columns compare; otherwise the column's largest number. */
  max?: number
}

/** What a click into a column's cells opens: an address with the cell as `${__value.raw}`, or another dashboard. */
export type CellLink = { title: string; url: string } | Drill

/**
 * A row for each combination of the labels in `by`, which gives them their titles, and a column for each query in
 * `columns`. Queries keep exactly the labels in `by`.
 */
export function table(
  question: Omit<Question, 'unit'> & {
    by: Record<string, string>
    columns: Record<string, Column>
    /** A column's title: numbers from the highest, words from A. */
    sortBy: string
    cellLinks?: Record<string, CellLink>
  },
): grid.PanelBuilder {
  const { by, columns, sortBy, cellLinks = {} } = question
  const [labels, titles] = [Object.keys(by), Object.keys(columns)]
  // With one query Grafana calls the column "Value", with several "Value #A", …
  const value = (index: number) => (titles.length === 1 ? 'Value' : `Value #${refId(index)}`)
  const taken = (index: number) => `${value(index)} (lastNotNull)`
  const order = [...labels, ...titles.map((_, index) => taken(index))]
  const panel = describe(new grid.PanelBuilder(), { ...question, unit: units.none }, 7)
    .targets(
      Object.values(columns).map(({ query }, index) =>
        target({ query }, index).instant().format(PromQueryFormat.Table),
      ),
    )
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(sortBy in columns)])
    .withTransformation({ id: 'merge', options: {} })
    // One row is one group already: this leaves nothing of an answer without rows, so that the panel says `noValue`
    // in place of showing a head alone.
    .withTransformation({
      id: 'groupBy',
      options: {
        fields: {
          ...Object.fromEntries(labels.map((name) => [name, { operation: 'groupby', aggregations: [] }])),
          ...Object.fromEntries(
            titles.map((_, i) => [value(i), { operation: 'aggregate', aggregations: ['lastNotNull'] }]),
          ),
        },
      },
    })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
        renameByName: { ...by, ...Object.fromEntries(titles.map((title, index) => [taken(index), title])) },
      },
    })
  for (const [name, title] of Object.entries(by)) panel.overrideByName(title, [...columnWidth(name), noCell])
  for (const [title, column] of Object.entries(columns)) panel.overrideByName(title, columnProperties(column))
  return linkCells(panel, cellLinks)
}

/**
 * Pixels that the usual values of a label or attribute need: cut in the middle, two models or alerts read the same. Not a
 * least width: columns that exceed an equal share of the table push others out of sight.
 */
const widths: Readonly<Record<string, number>> = {
  [label.service]: 115,
  [label.agent]: 115,
  [label.tool]: 115,
  [label.feature]: 90,
  [label.endpoint]: 150,
  [label.model]: 175,
  'gen_ai.request.model': 175,
  'gen_ai.conversation.id': 130,
  'gen_ai.tool.name': 115,
  'genai.dialect': 130,
  'error.type': 140,
  'Trace Service': 115,
  alertname: 230,
  severity: 105,
}

/** What has none shares the rest. */
export const columnWidth = (name: string) =>
  name in widths ? [{ id: 'custom.width', value: widths[name] }] : []

/** Of one cell; the panel's own text is for a table without rows. */
export const noCell = { id: 'noValue', value: '–' }

export function columnProperties({ unit, decimals, threshold, bar = false, max }: Omit<Column, 'query'>) {
  return [
    { id: 'unit', value: unit },
    noCell,
    ...(unit === units.moment ? [{ id: 'custom.width', value: 130 }] : []),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(threshold === undefined
      ? []
      : [
          { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: steps({ threshold }) } },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]),
    ...(bar
      ? [
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
          { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: barColour } },
          { id: 'min', value: 0 },
          // Of this column, not of the whole table.
          ...(max === undefined ? [{ id: 'fieldMinMax', value: true }] : [{ id: 'max', value: max }]),
          // Beside its number, a shorter bar tells nothing apart.
          { id: 'custom.width', value: 125 },
        ]
      : []),
  ]
}

export function linkCells(panel: grid.PanelBuilder, cellLinks: Record<string, CellLink>): grid.PanelBuilder {
  for (const [column, link] of Object.entries(cellLinks)) {
    const value = 'url' in link ? { ...link, targetBlank: true } : drillLink(link)
    panel.overrideByName(column, [{ id: 'links', value: [value] }])
  }
  return panel
}

/** As `table`, of labels alone. */
export function rows(
  question: Question & {
    query: string
    columns: Record<string, string>
    sortBy: string
    cellLinks?: Record<string, CellLink>
  },
): grid.PanelBuilder {
  const { query, columns, sortBy, cellLinks = {} } = question
  const panel = describe(new grid.PanelBuilder(), question, 7)
    .withTarget(target({ query }).instant().format(PromQueryFormat.Table))
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy)])
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, Value: true },
        indexByName: Object.fromEntries(Object.keys(columns).map((name, index) => [name, index])),
        renameByName: columns,
      },
    })
  for (const [name, title] of Object.entries(columns))
    panel.overrideByName(title, [...columnWidth(name), noCell])
  return linkCells(panel, cellLinks)
}
