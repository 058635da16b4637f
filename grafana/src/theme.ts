import * as units from '@grafana/grafana-foundation-sdk/units'

/** Units of all panels: Grafana's identifiers. */
export const unit = {
  seconds: units.Seconds,
  share: units.PercentUnit,
  dollars: units.Dollars,
  dollarsPerHour: 'suffix:USD/h',
  count: units.Short,
  callsPerSecond: 'suffix:calls/s',
  none: units.NoUnit,
} as const

export type Unit = (typeof unit)[keyof typeof unit]

/** Okabe and Ito's palette, which people with any colour vision can tell apart, on light and on dark. */
const palette = {
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
}

export const good = palette.green
export const bad = palette.vermilion
/** Of a number that is neither good nor bad. */
export const neutral = 'text'

/**
 * A colour for each meaning, by the name that the legend shows. Series of open sets (models, services, error types)
 * are not in here: they take Grafana's palette in their order. By their names, which would be the same on every
 * dashboard, two models got reds that nobody could tell apart.
 */
export const meanings: Readonly<Record<string, string>> = {
  input: palette.blue,
  cache_read: palette.skyBlue,
  cache_write: palette.purple,
  output: palette.orange,
  p50: palette.skyBlue,
  p95: palette.orange,
  p99: palette.vermilion,
}
