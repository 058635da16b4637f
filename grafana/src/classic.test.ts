import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { toClassic } from '../../alerts/classic/rewrite.ts'
import { histogramIn } from '../../alerts/histograms.ts'
import { promqlNames } from '../../alerts/promql.ts'
import { classicDashboard, classicDatasources } from './classic.ts'
import { dashboards } from './index.ts'
import { targets } from './targets.ts'

const both = Object.values(dashboards).map(
  (board) => [board.title, board, classicDashboard(board)] as [string, Dashboard, Dashboard],
)
const series = (expr: string) => promqlNames(expr).selectors.map(({ metric }) => metric)

describe.each(both)('%s', (_, native, classic) => {
  test('asks for no native histogram', () => {
    for (const { expr } of targets(classic)) {
      for (const name of series(expr)) expect(histogramIn(name)).toBeUndefined()
      expect(expr).not.toMatch(/histogram_(count|sum|avg)\(/)
      // Which parses it.
      expect(toClassic(expr)).toBe(expr)
    }
  })

  test('keeps the buckets of what is interpolated or drawn', () => {
    for (const { expr } of targets(classic)) {
      const buckets = series(expr).some((name) => name.endsWith('_bucket'))
      expect(/\bby \([^)]*\ble\)/.test(expr)).toBe(buckets)
    }
    const heatmaps = ((classic.panels ?? []) as Panel[]).filter(({ type }) => type === 'heatmap')
    for (const { targets: queries = [] } of heatmaps) {
      expect(queries).toMatchObject([
        {
          format: 'heatmap',
          legendFormat: '{{le}}',
          expr: expect.stringMatching(/^sum by \(le\) \(/) as string,
        },
      ])
    }
  })

  test('is the same dashboard but for its queries of histograms', () => {
    const rest = (board: Dashboard) =>
      JSON.stringify({ ...board, description: '' }, (key, value: unknown) =>
        key === 'expr' ||
        key === 'definition' ||
        (typeof value === 'string' && value.startsWith('label_values('))
          ? ''
          : value,
      )
    expect(rest(classic)).toBe(rest(native))
    const [before, after] = [targets(native), targets(classic)]
    expect(after.map(({ where }) => where)).toEqual(before.map(({ where }) => where))
    for (const [index, { expr }] of before.entries()) {
      if (!series(expr).some((name) => histogramIn(name))) expect(after[index]!.expr).toBe(expr)
    }
  })
})

test('the links of a span lead to classic histograms', () => {
  const path = join(import.meta.dirname, '..', 'provisioning', 'datasources', 'datasources.yaml')
  const text = classicDatasources(readFileSync(path, 'utf8'))
  expect(text.match(/query: .*/g)!.slice(0, 3)).toEqual([
    'query: histogram_quantile(0.95, sum by (le) (rate(gen_ai_client_inference_duration_seconds_bucket{$$__tags}[5m])))',
    'query: histogram_quantile(0.95, sum by (le) (rate(gen_ai_client_inference_time_to_first_chunk_seconds_bucket{$$__tags}[5m])))',
    'query: sum by (error_type) (rate(gen_ai_client_inference_duration_seconds_count{$$__tags}[5m]))',
  ])
})
