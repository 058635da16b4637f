/** One line of JSON in the log, as the Collector's. */
export function tell(level: 'info' | 'error', msg: string, more: object = {}): void {
  console.log(JSON.stringify({ level, ts: new Date().toISOString(), msg, ...more }))
}
