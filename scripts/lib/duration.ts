const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90s`, `15m`, `24h` or `7d` in milliseconds. @throws for anything else. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (number === undefined) throw new Error(`"${text}" is no duration: 90s, 15m, 24h, 7d`)
  return Number(number) * UNITS[unit as keyof typeof UNITS]
}
