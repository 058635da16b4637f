import { readFileSync } from 'node:fs'

export interface Field {
  name: string
  text: string
}

/** The comment at the top of a fragment: what it is, then fields such as "Basis: …", each over one or more lines. */
export function readHeader(file: string): { about: string; fields: Field[] } {
  const lines: string[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.startsWith('#')) break
    lines.push(line.replace(/^#\s*/, ''))
  }
  const fields: Field[] = []
  const about: string[] = []
  for (const line of lines) {
    const field =
      /^(Layer|Recorded|Fingerprint|Basis|Time to first chunk|TTFT|Limits|Reference|Renames): (.*)$/.exec(
        line,
      )
    if (field) fields.push({ name: field[1]!.replace('TTFT', 'Time to first chunk'), text: field[2]! })
    else if (fields.length > 0) fields.at(-1)!.text += ` ${line}`
    else about.push(line)
  }
  return { about: about.join(' '), fields }
}
