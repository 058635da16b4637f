/** Time as the simulated APIs see it: what caches expire by. Moved by `clock_offset_seconds`. */
export class Clock {
  offsetSeconds = 0

  /** Milliseconds since the epoch, offset included. */
  now(): number {
    return Date.now() + this.offsetSeconds * 1000
  }
}
