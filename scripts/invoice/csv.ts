/** Rows of a CSV file (RFC 4180) by the names in its first line. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]]
  // A field in quotes with "" for a quote, or one without; and what ends it.
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy
  const all = text.replace(/^\uFEFF/, '')
  for (let at = 0; at < all.length; at = fields.lastIndex) {
    fields.lastIndex = at
    const match = fields.exec(all)
    if (!match) throw new Error(`the CSV cannot be read from its character ${at} on`)
    const [, quoted, bare, end] = match
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare!)
    if (end !== ',' && fields.lastIndex < all.length) rows.push([])
  }
  const [head = [], ...body] = rows
  return body
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(head.map((name, i) => [name.trim(), row[i] ?? ''])))
}

/** One line, with its end. What a spreadsheet would take for a formula is text. */
export function csvLine(fields: readonly (string | number | null)[]): string {
  const cell = (field: string | number | null) => {
    if (field === null) return ''
    if (typeof field === 'number') return plainNumber(field)
    const text = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `${fields.map(cell).join(',')}\r\n`
}

/** Without an exponent, to a millionth of a millionth. */
const plainNumber = (value: number) =>
  Number.isInteger(value) ? String(value) : value.toFixed(12).replace(/\.?0+$/, '')
