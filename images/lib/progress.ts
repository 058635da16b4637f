/** Says on stderr which image is at which step and for how long; stdout stays free for results. */

const heartbeatMs = 30_000

interface Step {
  label: string
  since: number
}

const started = Date.now()
const running = new Map<string, Step>()
let heartbeat: NodeJS.Timeout | undefined

/** Milliseconds as `1m 05s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
}

/** One line, stamped with the time since the start of this process. */
export function say(subject: string, text: string): void {
  process.stderr.write(`[${duration(Date.now() - started).padStart(7)}] ${subject.padEnd(12)} ${text}\n`)
}

/** The subject begins a step, which ends the one before. Steps that last are repeated with their duration. */
export function step(subject: string, label: string): void {
  running.set(subject, { label, since: Date.now() })
  say(subject, label)
  heartbeat ??= setInterval(() => {
    for (const [name, { label, since }] of running) {
      const ms = Date.now() - since
      if (ms >= heartbeatMs) say(name, `${label}: ${duration(ms)} so far`)
    }
  }, heartbeatMs).unref()
}

/** The subject is finished after so many milliseconds, with its last word. */
export function finish(subject: string, text: string, ms: number): void {
  running.delete(subject)
  say(subject, `${text} (${duration(ms)})`)
  if (running.size === 0) {
    clearInterval(heartbeat)
    heartbeat = undefined
  }
}
