const units = { d: 86_400, h: 3600, m: 60, s: 1 }

/** The seconds of a duration as Prometheus writes it: `1h30m`. @throws where it is none */
export function parse(duration: string): number {
  if (!/^(\d+[dhms])+$/.test(duration)) throw new Error(`no duration: ${duration}`)
  return [...duration.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
    0,
  )
}

/** Whole seconds as Prometheus writes them. */
export function print(seconds: number): string {
  const [unit, size] = Object.entries(units).find(([, size]) => seconds % size === 0)!
  return `${seconds / size}${unit}`
}
