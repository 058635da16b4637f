/** Everything that the doctor looks for. A new finding is a row in one of these, and a case in test/doctor/cases.ts. */
import type { Finding } from './finding.ts'
import { calls } from './findings/calls.ts'
import { content } from './findings/content.ts'
import { delivery } from './findings/delivery.ts'
import { labels } from './findings/labels.ts'
import { layers } from './findings/layers.ts'
import { price } from './findings/price.ts'
import { resource } from './findings/resource.ts'
import { times } from './findings/times.ts'
import { usage } from './findings/usage.ts'

export interface Group {
  /** Its page in docs/doctor/. */
  page: string
  title: string
  findings: readonly Finding[]
}

export const GROUPS: readonly Group[] = [
  { page: 'tokens', title: 'Tokens and models', findings: usage },
  { page: 'prices', title: 'Prices', findings: price },
  { page: 'calls', title: 'Calls, attempts and errors', findings: calls },
  { page: 'labels', title: 'Features and other labels', findings: labels },
  { page: 'service', title: 'The service and its SDK', findings: resource },
  { page: 'times', title: 'Times and traces', findings: times },
  { page: 'layers', title: 'Layers and sampling', findings: layers },
  { page: 'delivery', title: 'On the way', findings: delivery },
  { page: 'content', title: 'Content', findings: content },
]

export const FINDINGS: readonly Finding[] = GROUPS.flatMap(({ findings }) => findings)
