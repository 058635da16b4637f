import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  type DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { bad, good, meanings, neutral, type Unit } from './theme.ts'
import { prometheus } from './variables.ts'

/** What every panel has to say. */
interface Question {
  /** A plain noun or a question, in the words of the person who asks. */
  title: string
  /** How the answer is computed. */
  description: string
  unit: Unit
  /** Shown without data: what would fill the panel. */
  noValue: string
  /** Columns of 24. */
  width: number
  /** From here on it is bad: the threshold of an alert. */
  threshold?: number
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

type AnyPanel = stat.PanelBuilder | timeseries.PanelBuilder | bargauge.PanelBuilder | table.PanelBuilder

function describe<P extends AnyPanel>(panel: P, question: Question, height: number): P {
  const { title, description, unit, noValue, width, threshold, links = [] } = question
  panel
    .title(title)
    .description(description)
    .datasource(prometheus)
    .unit(unit)
    .noValue(noValue)
    .span(width)
    .height(height)
    .links(links)
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([
          { value: null, color: threshold === undefined ? neutral : good },
          ...(threshold === undefined ? [] : [{ value: threshold, color: bad }]),
        ]),
    )
  return panel
}

const target = ({ query, name = '', exemplars = false }: Series, index = 0) =>
  new DataqueryBuilder()
    .datasource(prometheus)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .expr(query)
    .legendFormat(name)
    .exemplar(exemplars)

const last = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull'])

/** One number for the whole time range; with `day`, for the day so far, in the viewer's time zone. */
export function number(question: Question & { query: string; day?: boolean }): stat.PanelBuilder {
  const panel = describe(new stat.PanelBuilder(), question, 3)
    .withTarget(target({ query: question.query }).instant())
    .reduceOptions(last())
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
  return question.day ? panel.timeFrom('now/d').hideTimeOverride(true) : panel
}

/** Lines over time; `stacked` where they are parts of a whole. */
export function graph(
  question: Question & {
    series: Series[]
    stacked?: boolean
    minInterval?: string
    /** The axis goes at least so far: an axis of zeros alone would be any length. */
    reaches?: number
  },
): timeseries.PanelBuilder {
  const { series, stacked = false, minInterval, reaches, threshold } = question
  const panel = describe(new timeseries.PanelBuilder(), question, 7)
    .targets(series.map(target))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .min(0)
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 0)
    .showPoints(common.VisibilityMode.Auto)
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
  if (minInterval !== undefined) panel.interval(minInterval)
  if (reaches !== undefined) panel.axisSoftMax(reaches)
  for (const [name, fixedColor] of Object.entries(meanings)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } }])
  }
  return panel
}

/** A bar for each series, the present state. */
export function bars(question: Question & { series: Series }): bargauge.PanelBuilder {
  return describe(new bargauge.PanelBuilder(), question, 7)
    .withTarget(target(question.series).instant())
    .reduceOptions(last())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .showUnfilled(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .min(0)
}

/**
 * A row for each series, a column for each label in `columns`, which gives them their titles. `cellLinks` opens an
 * address from a column's cells, with the cell as `${__value.raw}`.
 */
export function rows(
  question: Question & {
    query: string
    columns: Record<string, string>
    /** A column's title. */
    sortBy: string
    cellLinks?: Record<string, { title: string; url: string }>
  },
): table.PanelBuilder {
  const { query, columns, sortBy, cellLinks = {} } = question
  const names = Object.keys(columns)
  const panel = describe(new table.PanelBuilder(), question, 7)
    .withTarget(target({ query }).instant().format(PromQueryFormat.Table))
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy)])
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, Value: true },
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: columns,
      },
    })
  for (const [column, link] of Object.entries(cellLinks)) {
    panel.overrideByName(column, [{ id: 'links', value: [{ ...link, targetBlank: true }] }])
  }
  return panel
}

export type Panel = Builder<ReturnType<AnyPanel['build']>>
