type Book = Record<string, Record<string, unknown>>

/** What changed between two books (JSON), one line per name: `openai/gpt-5: 1.25 … → 1 …`. */
export function changes(before: string, after: string): string[] {
  const [old, now] = [prices(before), prices(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  return names.flatMap((name) => {
    const [a, b] = [old.get(name), now.get(name)]
    if (a === b) return []
    if (a === undefined) return [`+ ${name}: ${b}`]
    if (b === undefined) return [`- ${name}: ${a}`]
    return [`  ${name}: ${a} → ${b}`]
  })
}

function prices(book: string): Map<string, string> {
  return new Map(
    Object.entries(JSON.parse(book) as Book).flatMap(([provider, models]) =>
      Object.entries(models).map(([name, price]) => [
        `${provider}/${name}`,
        typeof price === 'string' ? price : JSON.stringify(price),
      ]),
    ),
  )
}
