import * as units from '@grafana/grafana-foundation-sdk/units'
import { label } from './query.ts'

/** Units of all panels: Grafana's identifiers. */
export const unit = {
  seconds: units.Seconds,
  nanoseconds: units.Nanoseconds,
  share: units.PercentUnit,
  dollars: units.Dollars,
  dollarsPerHour: 'suffix:USD/h',
  count: units.Short,
  tokensPerSecond: 'suffix:tok/s',
  callsPerSecond: 'suffix:calls/s',
  perSecond: 'suffix:/s',
  bytes: units.BytesIEC,
  times: 'suffix:×',
  moment: 'time:MM-DD HH:mm:ss',
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
  grey: '#999999',
  // Of Tol's muted palette, where eight are not enough.
  teal: '#44AA99',
  olive: '#999933',
  wine: '#AA4499',
}

export const good = palette.green
export const bad = palette.vermilion
/** Of a sample call on a heatmap: the cells below show through. */
export const exemplar = 'rgba(213, 94, 0, 0.2)'
/** Of bars in a table, where their length says all. */
export const barColour = palette.skyBlue
/** Of a number that is neither good nor bad. */
export const neutral = 'text'

/** Names that legends show as they are. */
const named: Readonly<Record<string, string>> = {
  // Kinds of tokens, as the parts of the cost below.
  input: palette.blue,
  cache_read: palette.skyBlue,
  cache_write: palette.purple,
  'cache_write, 5 min': palette.purple,
  'cache_write, 1 h': palette.wine,
  output: palette.orange,

  p50: palette.skyBlue,
  p95: palette.orange,
  p99: palette.vermilion,
  'whole answer p95': palette.orange,
  'first chunk p95': palette.green,

  // Where time goes.
  'model calls': palette.blue,
  tools: palette.purple,
  'own code': palette.orange,
  'name look-up': palette.grey,
  connecting: palette.olive,
  TLS: palette.purple,
  'waiting for the first byte': palette.blue,
  'reading the answer, waiting to retry': palette.skyBlue,

  '1 attempt': palette.green,
  '2 attempts': palette.orange,
  '3 or more': palette.vermilion,
}

/** Values of labels, where the legend is the label; between slashes, by a regular expression. */
const labelled: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [label.component]: {
    input: palette.blue,
    cache_read: palette.skyBlue,
    cache_write: palette.purple,
    output: palette.orange,
  },
  // By family: the newest model of a family inherits its colour.
  [label.model]: {
    '/^claude-opus/': palette.wine,
    '/^claude-sonnet/': palette.blue,
    '/^claude-haiku/': palette.skyBlue,
    '/^gpt-(?!.*(mini|nano))/': palette.green,
    '/^gpt-.*(mini|nano)/': palette.teal,
    '/^gemini/': palette.orange,
    '/embedding/': palette.grey,
  },
  // The words of collector/count/labels.yaml.
  [label.error]: {
    rate_limit_error: palette.orange,
    overloaded_error: palette.purple,
    api_error: palette.vermilion,
    timeout_error: palette.blue,
    connection_error: palette.skyBlue,
    invalid_request_error: palette.olive,
    authentication_error: palette.wine,
    permission_error: palette.teal,
  },
  // As the errors that they become.
  [label.status]: {
    '200': palette.green,
    '429': palette.orange,
    '/^(503|529)$/': palette.purple,
    '500': palette.vermilion,
    '400': palette.olive,
    '401': palette.wine,
    '403': palette.teal,
  },
  [label.finish]: {
    stop: palette.green,
    tool_call: palette.skyBlue,
    length: palette.orange,
    content_filter: palette.vermilion,
  },
}

/**
 * The colours of a series by its legend, the same on every dashboard: a model, an error, a part of the cost. What has
 * none (services, features, tools) takes Grafana's palette in its order: by their names, two got reds that nobody could
 * tell apart.
 */
export function coloursOf(name: string): Readonly<Record<string, string>> {
  const onlyLabel = name.match(/^\{\{(\w+)\}\}$/)?.[1]
  if (onlyLabel !== undefined) return labelled[onlyLabel] ?? {}
  return name in named ? { [name]: named[name]! } : {}
}
