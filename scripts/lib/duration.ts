const UNITS = { d: 86_400, h: 3600, m: 60, s: 1 } as const

/** `90s`, `15m`, `7d`, `1h30m`, as Prometheus writes it, in seconds. @throws for anything else. */
export function duration(text: string): number {
  if (!/^(\d+[dhms])+$/.test(text)) throw new Error(`"${text}" is no duration: 90s, 15m, 24h, 7d, 1h30m`)
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  )
}

/** Whole seconds as Prometheus writes them. */
export function durationText(seconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => seconds % size === 0)!
  return `${seconds / size}${unit}`
}
