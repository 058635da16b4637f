/**
 * Something that goes wrong, as a command line, a page and a test read it. What is set is all that differs from an
 * ordinary day.
 */
export interface Scenario {
  /** kebab-case, as in `npm run scenario -- <name>`. */
  name: string
  /** What one would say in a meeting. */
  title: string
  /** What happens, how it is caused here, and what to look for. */
  description: string
  /** What `PUT /setup` of the simulator takes, besides the name. */
  simulator?: { behavior?: object; faults?: readonly object[] }
  /** What `PUT /plan` of the traffic generator takes, besides the name. */
  traffic?: object
  /** The alerts that this must set off, by name. */
  alerts: readonly string[]
  /**
   * Alerts that may follow from the same cause, and why. Whether they do depends on how long it goes on and on what the
   * stack has seen before; most are inhibited, so that nobody is told.
   */
  consequences?: Readonly<Record<string, string>>
  /** Where an alert looks back for long: how long after the cause has gone it resolves. */
  lingers?: string
  /** The uid of the dashboard to look at. */
  dashboard: string
  /** TraceQL that finds guilty traces, and no others. */
  traceql: string
  /** Where the traces are those of before: how many minutes before it was turned on. */
  tracesBefore?: number
}
